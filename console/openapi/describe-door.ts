import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  ScalarType,
} from "@bufbuild/protobuf";

/** What the comments of a contract say, by the full name of what they stand at. */
export type Comments = ReadonlyMap<string, string>;

export interface DoorFacts {
  readonly comments: Comments;
  readonly version: string;
  /** The services whose streams are offered, too. */
  readonly streamed: ReadonlySet<string>;
}

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the JSON door: one path for each method, one schema for each
 *  message, named and described as in the contracts. */
export function describeDoor(
  services: readonly DescService[],
  { comments, version, streamed }: DoorFacts,
): Json {
  const schemas = new Map<string, Json>();
  const paths: Record<string, Json> = {};
  for (const service of services) {
    for (const method of service.methods) {
      const streams = method.methodKind === "server_streaming" && streamed.has(service.typeName);
      if (method.methodKind !== "unary" && !streams) continue;
      addSchemas(schemas, method.input, comments);
      addSchemas(schemas, method.output, comments);
      paths[`/${service.typeName}/${method.name}`] = { post: operationOf(method, comments) };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Segue",
      version,
      summary: "Real-time recommendations of the next track, as JSON over HTTP",
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "The console's own port" }],
    tags: services.map((service) => ({
      name: service.name,
      description: comments.get(service.typeName) ?? service.name,
    })),
    security: [],
    paths,
    components: {
      schemas: { ...Object.fromEntries([...schemas].sort()), Refusal: REFUSAL },
      responses: { Refused: REFUSED },
    },
  };
}

const DESCRIPTION =
  "The gRPC services of proto/segue/v1 by the Connect protocol: each call is a POST with a JSON " +
  "object. 64-bit numbers come as strings, as protobuf's JSON has it, and are taken as either.";

const REFUSAL: Json = {
  type: "object",
  description: "Why a call was refused.",
  required: ["code"],
  properties: {
    code: { type: "string", description: "gRPC's status in Connect's words: invalid_argument" },
    message: { type: "string", description: "A sentence that names the field at fault." },
  },
};

const REFUSED: Json = {
  description: "The call was refused; the header `segue-field` names the field at fault.",
  content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
};

function operationOf(method: DescMethod, comments: Comments): Json {
  const streams = method.methodKind === "server_streaming";
  const said = comments.get(`${method.parent.typeName}.${method.name}`) ?? method.name;
  const type = streams ? "application/connect+json" : "application/json";
  const framing = " Messages are framed as Connect frames a stream.";
  return {
    operationId: `${method.parent.name}.${method.name}`,
    tags: [method.parent.name],
    summary: said.split(/[.;:] /)[0]!.replace(/\.$/, ""),
    description: streams ? `${said}${framing}` : said,
    requestBody: { required: true, content: { [type]: { schema: referenceTo(method.input) } } },
    responses: {
      "200": {
        description: streams ? "The stream of answers" : "The answer",
        content: { [type]: { schema: referenceTo(method.output) } },
      },
      "4XX": { $ref: "#/components/responses/Refused" },
      "5XX": { $ref: "#/components/responses/Refused" },
    },
  };
}

function referenceTo(message: DescMessage): Json {
  return { $ref: `#/components/schemas/${message.name}` };
}

function addSchemas(schemas: Map<string, Json>, message: DescMessage, comments: Comments): void {
  if (schemas.has(message.name)) return;
  const properties: Record<string, Json> = {};
  schemas.set(message.name, {
    type: "object",
    ...described(comments.get(message.typeName)),
    properties,
  });
  for (const field of message.fields) {
    const inner = field.message;
    if (inner !== undefined) addSchemas(schemas, inner, comments);
    const said = described(comments.get(`${message.typeName}.${field.name}`));
    properties[field.jsonName] = { ...schemaOf(field), ...said };
  }
}

function described(comment: string | undefined): Json {
  return comment === undefined ? {} : { description: comment };
}

function schemaOf(field: DescField): Json {
  if (field.fieldKind === "list") return { type: "array", items: elementOf(field) };
  return elementOf(field);
}

function elementOf({ message, enum: values, scalar }: DescField): Json {
  if (message !== undefined) return referenceTo(message);
  if (values !== undefined) return { type: "string", enum: values.values.map(({ name }) => name) };
  return SCALARS[scalar ?? ScalarType.STRING] ?? { type: "string" };
}

const INTEGER_64: Json = { type: ["string", "integer"], format: "int64" };
const SCALARS: Readonly<Partial<Record<ScalarType, Json>>> = {
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.FLOAT]: { type: "number", format: "float" },
  [ScalarType.DOUBLE]: { type: "number", format: "double" },
  [ScalarType.INT32]: { type: "integer", format: "int32" },
  [ScalarType.UINT32]: { type: "integer", minimum: 0 },
  [ScalarType.INT64]: INTEGER_64,
  [ScalarType.UINT64]: INTEGER_64,
  [ScalarType.BYTES]: { type: "string", contentEncoding: "base64" },
};
