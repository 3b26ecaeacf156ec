import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { commandFaults, variableFaults } from "./command-faults.ts";

const DEPLOY = join(import.meta.dirname, "..");

/** What a manifest calls, and the variables that it sets. */
interface Called {
  readonly args: readonly string[];
  readonly variables: readonly string[];
}

test("manifests call commands, options and variables that there are", async () => {
  const called = [
    ...image(),
    ...compose(),
    ...chart("default"),
    ...chart("every-part"),
    ...units(),
  ];
  assert.equal(called.length, 8);
  for (const { args, variables } of called) {
    assert.deepEqual(await commandFaults(args), []);
    assert.ok(variables.some((name) => name.startsWith("SEGUE_")));
    assert.deepEqual(await variableFaults(variables), []);
  }
  assert.deepEqual(await commandFaults(["sevre"]), ['there is no command "sevre"']);
  assert.match((await commandFaults(["serve", "--prot", "1"]))[0]!, /did you mean "port"/);
  assert.deepEqual(await variableFaults(["SEGUE_PROT", "PATH"]), ["SEGUE_PROT"]);
});

function image(): Called[] {
  const text = read("container/Dockerfile");
  const args = JSON.parse(/^CMD (.*)$/m.exec(text)![1]!);
  return [{ args, variables: text.match(/\bSEGUE_\w+/g) ?? [] }];
}

function compose(): Called[] {
  const { command, environment } = parse(read("compose/compose.yaml")).services.segue;
  return [{ args: command, variables: Object.keys(environment) }];
}

function chart(name: string): Called[] {
  const documents = parseAllDocuments(read(`helm/rendered/${name}.yaml`));
  const set = documents.map((one) => one.toJS()).find((one) => one?.kind === "StatefulSet");
  return set.spec.template.spec.containers.map(
    ({ args, env }: { args: string[]; env: { name: string }[] }) => ({
      args,
      variables: env.map((variable) => variable.name),
    }),
  );
}

function units(): Called[] {
  const variables = read("systemd/segue.env").match(/\bSEGUE_\w+/g) ?? [];
  return ["ingest", "serve"].map((name) => {
    const text = read(`systemd/segue-${name}.service`);
    const start = /^ExecStart=\S+ cli\/segue\.ts (.*)$/m.exec(text);
    return { args: start![1]!.split(" "), variables };
  });
}

function read(path: string): string {
  return readFileSync(join(DEPLOY, path), "utf8");
}
