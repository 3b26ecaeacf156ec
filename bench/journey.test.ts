import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));

async function bench(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, ...args]);
  return stdout;
}

function assertPositive(figures: Readonly<Record<string, number>>, names: readonly string[]): void {
  assert.deepEqual(Object.keys(figures), names);
  for (const [name, value] of Object.entries(figures)) {
    assert.ok(Number.isFinite(value) && value > 0, `${name} is ${value}`);
  }
}

test("a quick journey prints every figure, and its parts sum to the whole", async () => {
  const figures = JSON.parse(await bench("journey", "--quick", "--json"));
  const { events_per_second, cpu_us_per_event, requests_per_second, cpu_us_per_request } = figures;
  const top = { events_per_second, cpu_us_per_event, requests_per_second, cpu_us_per_request };
  assertPositive(top, Object.keys(top));
  const ofEvent = ["decode", "step", "put", "rest"];
  assertPositive(figures.cpu_us_by_part, ofEvent);
  const parts = ofEvent.reduce((sum, name) => sum + figures.cpu_us_by_part[name], 0);
  assert.ok(Math.abs(parts - cpu_us_per_event) < 1e-6 * cpu_us_per_event);
  const limited = [...ofEvent, "request", "retrieval"];
  assertPositive(figures.limits, limited);
  assertPositive(figures.share_of_limit, limited);
  for (const name of limited) {
    assert.ok(figures.share_of_limit[name] <= 1.5, `${name}: ${figures.share_of_limit[name]}`);
    assert.equal(typeof figures.limit_meaning[name], "string");
  }
});

test("a quick look at freshness sees every event", async () => {
  const figures = JSON.parse(await bench("freshness", "--quick", "--json"));
  for (const name of ["publish_ms", "sent_to_heard_ms", "ack_to_seen_ms"]) {
    assertPositive(figures[name], ["p50", "p99"]);
    assert.ok(figures[name].p50 <= figures[name].p99);
  }
  assert.deepEqual(Object.keys(figures.by_load), ["0.1", "0.5", "0.9"]);
  for (const { cores, by_stage, ...load } of Object.values<Load>(figures.by_load)) {
    assertPositive(load, ["p50_ms", "p99_ms", "rate", "seen"]);
    assertPositive(cores, ["broker", "scorer", "producer", "ingest", "caller"]);
    const stages = ["fetch", "hear", "step", "commit", "reply", "list"];
    assert.deepEqual(Object.keys(by_stage), stages);
    for (const { p50, p99 } of Object.values(by_stage)) assert.ok(Number(p50) <= Number(p99));
  }
});

type Figures = Record<string, number>;
type Load = Figures & { readonly cores: Figures; readonly by_stage: Record<string, Figures> };

test("a quick ingest from a broker prints every figure", async () => {
  const figures = JSON.parse(await bench("ingest", "--quick", "--json"));
  const names = ["events_per_second", "cpu_us_per_event", "bytes_per_listener"] as const;
  assertPositive(Object.fromEntries(names.map((name) => [name, figures[name]])), names);
  const parts = Object.values<number>(figures.cpu_us_by_part);
  const sum = parts.reduce((total, part) => total + part, 0);
  assert.ok(Math.abs(sum - figures.cpu_us_per_event) < 1e-6 * figures.cpu_us_per_event);
  for (const slope of [figures.slope_by_history, figures.slope_by_listeners]) {
    assert.ok(Number.isFinite(slope), `a slope is ${slope}`);
  }
});

test("an unknown benchmark is refused with the list of those there are", async () => {
  await assert.rejects(bench("nonsense"), ({ code, stderr }) => {
    return code === 2 && stderr.includes('no benchmark "nonsense"') && stderr.includes("journey");
  });
  assert.match(await bench("--help"), /freshness/);
});
