import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { compileDocument, OPENAPI_DOCUMENT } from "./build.ts";

interface Described {
  readonly description?: string;
}
interface Document {
  readonly paths: Readonly<Record<string, { readonly post: Described & { summary: string } }>>;
  readonly components: {
    readonly schemas: Readonly<
      Record<string, { readonly properties?: Readonly<Record<string, Described>> }>
    >;
  };
}

test("openapi.json is what the .proto files compile to", async () => {
  const committed = await readFile(OPENAPI_DOCUMENT, "utf8");
  assert.equal(committed, await compileDocument(), "run npm run generate");
});

test("openapi.json is an OpenAPI 3.1 document whose references all lead somewhere", async () => {
  const text = await readFile(OPENAPI_DOCUMENT, "utf8");
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(text));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, "3.1");
  const { schemas } = (JSON.parse(text) as Document).components;
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(name! in schemas, `${name} is described`);
  }
});

test("every call of openapi.json says in a sentence what it does", async () => {
  const { paths } = JSON.parse(await readFile(OPENAPI_DOCUMENT, "utf8")) as Document;
  assert.ok(Object.keys(paths).length >= 14);
  for (const [path, { post }] of Object.entries(paths)) {
    assert.match(post.summary, /^[A-Z].{10,120}[^.]$/, path);
    assert.ok(post.description?.startsWith(post.summary), path);
  }
});
