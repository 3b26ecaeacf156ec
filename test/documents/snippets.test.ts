import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { Failure } from "../../core/domain/failure.ts";
import { brokersForTests, stopBrokersForTests } from "../../deploy/kafka/require-broker.ts";
import { pythonPackages } from "../support/fetched-packages.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { isInstalled, makePlace } from "./place.ts";
import { besides, readSnippets, type Snippet } from "./read-snippets.ts";
import { type Place, runSnippets } from "./run-snippets.ts";

const ROOT = join(import.meta.dirname, "../..");
/** In the order in which one relies on what another left in the folder. */
const DOCUMENTS = [
  "docs/tutorial.md",
  "docs/how-to/train-on-your-data.md",
  "docs/how-to/bring-your-model.md",
  "docs/how-to/roll-back-a-bundle.md",
  "docs/how-to/run-on-kafka.md",
  "docs/how-to/connect-producers.md",
  "docs/how-to/forget-a-listener.md",
];
/** What Python blocks import. */
const PYTHON_PACKAGES = "kafka-python==3.0.12\n";

const brokers = await brokersForTests();
const place = await makePlace(temporaryFolder(), brokers);
after(stopBrokersForTests);

for (const document of DOCUMENTS) {
  test(`every marked block of ${document} does what it says`, async (t) => {
    const text = readFileSync(join(ROOT, document), "utf8");
    const snippets = readSnippets(document, text);
    assert.ok(snippets.length > 0);
    const missing = await missingFor(snippets);
    if (missing !== undefined) return skip(t, missing);
    await runSnippets(snippets, besides(text), await placeFor(snippets));
    t.diagnostic(`${snippets.length} blocks`);
  });
}

test("a block that fails is named with its document and line", async () => {
  const folder = join(place.folder, "rotten");
  mkdirSync(folder);
  const rotten = (text: string) =>
    runSnippets(readSnippets("a.md", text), undefined, { ...place, folder });
  await assert.rejects(rotten("# A\n\n```sh runs\necho a\nfalse\n```"), /^Error: a\.md:5: /);
  await assert.rejects(rotten("```ts runs\nthrow new Error('no');\n```"), /a\.md:2: .*no/s);
  const said = (wanted: string) =>
    `\`\`\`sh runs\necho one\n\`\`\`\n\`\`\`text prints\n${wanted}\n\`\`\``;
  await rotten(said("o…"));
  await assert.rejects(rotten(said("two")), /a\.md:5: this was not printed/);
  await assert.rejects(rotten("```sh serves\nexit 3\n```"), /a\.md:2: .* ready/);
  assert.throws(() => readSnippets("a.md", "\n```sh run\n```"), /a\.md:2: "sh run"/);
});

/** Why these blocks cannot run here; undefined where they can. */
async function missingFor(snippets: readonly Snippet[]): Promise<string | undefined> {
  const code = snippets.map((snippet) => snippet.code).join("\n");
  for (const program of ["kcat", "curl"]) {
    if (code.includes(`${program} `) && !isInstalled(program)) return `${program} is not installed`;
  }
  if (code.includes("localhost:9092") && brokers === undefined) return "there is no broker";
  if (!hasPython(snippets)) return undefined;
  try {
    await pythonPackages(PYTHON_PACKAGES);
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== "dependency_missing") throw failure;
    return failure.message;
  }
  return undefined;
}

async function placeFor(snippets: readonly Snippet[]): Promise<Place> {
  if (!hasPython(snippets)) return place;
  const PYTHONPATH = await pythonPackages(PYTHON_PACKAGES);
  return { ...place, environment: { ...place.environment, PYTHONPATH } };
}

function hasPython(snippets: readonly Snippet[]): boolean {
  return snippets.some(({ role }) => role === "python runs");
}

function skip(t: TestContext, missing: string): void {
  process.stderr.write(`NOT TESTED: ${missing}\n`);
  t.skip(missing);
}
