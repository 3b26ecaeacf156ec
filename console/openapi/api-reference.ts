import {
  createFileRegistry,
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescService,
  ScalarType,
} from "@bufbuild/protobuf";
import { commentsIn, contractFiles } from "./contract-files.ts";
import type { Comments } from "./describe-door.ts";

/** What stands on the page, in the order of a reader: services first, then what they speak of. */
const FILES = ["recommender", "gateway", "listening", "catalogue", "console"];

/** The reference of the contracts as Markdown, from the first service on: each service with its
 *  methods, each message with its fields, each enum with its values, as their comments say. */
export async function apiReference(): Promise<string> {
  const files = await contractFiles();
  const registry = createFileRegistry(files);
  const comments = commentsIn(files);
  const found = FILES.map((name) => registry.getFile(`segue/v1/${name}.proto`)!);
  return [
    ...found.flatMap(({ services }) => services).map((one) => serviceSection(one, comments)),
    ...found.flatMap(({ name, messages, enums }) => [
      `## Messages of ${name.split("/").at(-1)}.proto\n`,
      ...messages.map((one) => messageSection(one, comments)),
      ...enums.map((one) => enumSection(one, comments)),
    ]),
  ].join("\n");
}

function serviceSection({ name, typeName, methods }: DescService, comments: Comments): string {
  const rows = methods.map((method) => {
    const [asks, answers] = STREAMS[method.methodKind];
    const said = comments.get(`${typeName}.${method.name}`) ?? "";
    const request = `${asks}${linkTo(method.input.name)}`;
    return [`\`${method.name}\``, request, `${answers}${linkTo(method.output.name)}`, said];
  });
  const head = ["method", "takes", "answers with", "what it does"];
  return `## ${name}\n\n${comments.get(typeName) ?? ""}\n\n${tableOf(head, rows)}`;
}

/** Whether what is asked and what is answered is a stream, by the kind of a method. */
const STREAMS = {
  unary: ["", ""],
  server_streaming: ["", "a stream of "],
  client_streaming: ["a stream of ", ""],
  bidi_streaming: ["a stream of ", "a stream of "],
} as const;

function messageSection({ name, typeName, fields }: DescMessage, comments: Comments): string {
  const rows = fields.map((field) => [
    `\`${field.name}\``,
    String(field.number),
    typeOf(field),
    comments.get(`${typeName}.${field.name}`) ?? "",
  ]);
  const head = ["field", "number", "type", "what it says"];
  const table = fields.length === 0 ? "It has no fields.\n" : tableOf(head, rows);
  return section(name, comments.get(typeName), table);
}

function enumSection({ name, typeName, values }: DescEnum, comments: Comments): string {
  const rows = values.map((value) => [
    `\`${value.name}\``,
    String(value.number),
    comments.get(`${typeName}.${value.name}`) ?? "",
  ]);
  const table = tableOf(["value", "number", "what it says"], rows);
  return section(name, comments.get(typeName), table);
}

function section(name: string, said: string | undefined, table: string): string {
  return `### ${name}\n\n${said === undefined ? "" : `${said}\n\n`}${table}`;
}

function typeOf(field: DescField): string {
  const { message, enum: values, scalar } = field;
  const named = message ?? values;
  const type = named === undefined ? ScalarType[scalar!].toLowerCase() : linkTo(named.name);
  if (field.fieldKind === "list") return `repeated ${type}`;
  return field.proto.proto3Optional ? `optional ${type}` : type;
}

function linkTo(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n")}\n`;
}
