import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { preparePage } from "../../cli/prepare-page.ts";
import { startChromium } from "../support/chromium.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PLACES = ["/", "/ingest", "/models", "/library", "/health"] as const;
const ABSENT = "there is no Chromium";
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };

let browser: Browser | undefined;
let world: ConsoleWorld;
after(async () => {
  await browser?.close();
  await world?.stop();
});
const home = join(temporaryFolder(), "home");
before(async () => {
  browser = await startChromium();
  if (browser === undefined) return;
  await preparePage();
  world = await startConsoleWorld(home);
});

test("a skip changes the next tracks and says what it did", async (t) => {
  const page = await open(t, "/");
  if (page === undefined) return t.skip(ABSENT);
  await page.getByRole("button", { name: /^ann/ }).click();
  const before = await nextTitles(page);
  assert.equal(before.length, 12);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const playing = page.getByRole("heading", { level: 1 });
  await until(async () => (await playing.textContent()) === before[0], "the first track plays");
  await page.getByRole("button", { name: /^Skip/ }).click();
  await page.getByText(`Skipped “${before[0]}”`).waitFor();
  const after = await nextTitles(page);
  assert.notDeepEqual(after, before.slice(1), "the skip moved the list");
  assert.ok(!after.includes(before[0]!), "what was skipped is kept out");
  assert.ok((await page.locator(".moved.rose, .moved.fell, .moved.new").count()) > 0);
});

test("what another player of the listener skips changes the list, unasked", async (t) => {
  const page = await open(t, "/");
  if (page === undefined) return t.skip(ABSENT);
  await page.getByRole("button", { name: /^ann/ }).click();
  const before = await nextTitles(page);
  const event = {
    ...{ eventId: "elsewhere", listener: "ann", session: "today", track: "track-60" },
    ...{ happenedAtMs: Date.now(), kind: "EVENT_KIND_FINISHED", playedMs: 180_000 },
  };
  await fetch(`${world.url}/segue.v1.EventGateway/Publish`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event: { ...event, trackMs: 200_000 } }),
  });
  await until(async () => {
    return (await nextTitles(page)).join() !== before.join();
  }, "the list follows");
});

test("everything on Live can be done by keys alone", async (t) => {
  const page = await open(t, "/");
  if (page === undefined) return t.skip(ABSENT);
  await page.getByLabel("Listener").focus();
  await page.keyboard.type("newcomer");
  await page.keyboard.press("Enter");
  await page.getByText("what everybody plays: nothing is known yet").waitFor();
  await page.locator("body").press("Space");
  await page.getByText("Playing", { exact: true }).waitFor();
  await page.keyboard.press("s");
  await page.getByText(/^Skipped “/).waitFor();
  await page.keyboard.press("l");
  await page.getByText(/^Liked “/).waitFor();
  // What plays would end by and by, and move the list under the keys.
  await page.locator("body").press("Space");
  await page.locator(".row").first().focus();
  await page.keyboard.press("Enter");
  await page.getByText(/because of/).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const title = await page.locator(".next li.open .names .name").textContent();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: new RegExp(`^${title}.*let it in again$`) }).waitFor();
});

test("a filter and the rules beside it hold for every track of the list", async (t) => {
  const page = await open(t, "/");
  if (page === undefined) return t.skip(ABSENT);
  await page.getByRole("button", { name: /^ann/ }).click();
  await nextTitles(page);
  await page.getByLabel("Only tracks that pass").fill('track.title.endsWith("7")');
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await until(async () => {
    return (await nextTitles(page)).every((title) => title.endsWith("7"));
  }, "all pass the filter");
  await page.getByLabel("One track of an artist").check();
  await until(async () => {
    const artists = await page.locator(".next .names .by").allTextContents();
    return artists.length > 0 && new Set(artists).size === artists.length;
  }, "no artist is there twice");
  await page.getByLabel("Only tracks that pass").fill("track.nothing > 1");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("filter").waitFor();
});

test("another bundle is served once that was confirmed, and rolled back from", async (t) => {
  const page = await open(t, "/models");
  if (page === undefined) return t.skip(ABSENT);
  await page.getByText("No report yet").first().waitFor();
  await page.getByText("Experiment idle: as-is 25%, alike 25% of listeners").waitFor();
  const served = page.locator("article.served");
  const first = await served.locator("code").first().textContent();
  const serves = async (isFirst: boolean) => {
    return ((await served.locator("code").first().textContent()) === first) === isFirst;
  };
  await page.getByRole("button", { name: "Serve this…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave it" }).click();
  assert.ok(await serves(true), "nothing was confirmed");
  await page.getByRole("button", { name: "Serve this…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Serve", exact: true }).click();
  await until(() => serves(false), "the other bundle is served");
  await page.getByText("served before").waitFor();
  await page.getByRole("button", { name: "Roll back to this…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
  await until(() => serves(true), "the first bundle is served again");
});

test("the catalogue says which tracks are recommended most, and how often one was", async (t) => {
  const page = await open(t, "/");
  if (page === undefined) return t.skip(ABSENT);
  await page.getByRole("button", { name: /^ann/ }).click();
  const [first] = await nextTitles(page);
  await page.getByRole("link", { name: "Library" }).click();
  await page.getByText("Catalogue", { exact: true }).click();
  await page.getByRole("heading", { name: "Recommended most" }).waitFor();
  await page.getByText(/In the last \d+ lists: \d+ of 400 tracks/).waitFor();
  await page.getByLabel("Title, artist or id").fill(first!);
  await page.locator(".choices").getByRole("button", { name: first! }).first().click();
  await page.getByText(/^In \d+ of the last \d+ lists/).waitFor();
  await page.getByRole("button", { name: "Recommended most" }).click();
  await page.getByRole("button", { name: "Count again" }).waitFor();
});

test("axe finds no serious fault on any place, light or dark", async (t) => {
  const rules = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await open(t, "/", { colorScheme, reducedMotion: "reduce" });
    if (page === undefined) return t.skip(ABSENT);
    await faultless(page, rules, "the picker");
    for (const path of PLACES) {
      await show(page, path);
      await faultless(page, rules, `${path}, ${colorScheme}`);
    }
  }
});

test("no place scrolls sideways on a phone", async (t) => {
  const page = await open(t, "/", PHONE);
  if (page === undefined) return t.skip(ABSENT);
  for (const path of ["picker", ...PLACES]) {
    if (path !== "picker") await show(page, path);
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assert.ok(Number(width) <= PHONE.viewport.width, `${path} is ${width} pixels wide`);
  }
});

test("the page asks no other host for anything, and says no word of trouble", async (t) => {
  const page = await open(t, "/");
  if (page === undefined) return t.skip(ABSENT);
  const hosts = new Set<string>();
  const troubles: string[] = [];
  page.on("request", (request) => hosts.add(new URL(request.url()).origin));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  for (const path of PLACES) await show(page, path);
  assert.deepEqual([...hosts], [world.url]);
  assert.deepEqual(troubles, []);
});

test("a Segue that does not answer is told, and found again when it does", async (t) => {
  const page = await open(t, "/ingest");
  if (page === undefined) return t.skip(ABSENT);
  await page.route("**/segue.v1.*/**", (route) => route.abort());
  await page.goto(world.url);
  await page.getByText("Segue does not answer").waitFor();
  await page.getByText("connecting", { exact: true }).waitFor();
  await page.unroute("**/segue.v1.*/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("button", { name: /^ann/ }).waitFor();
  await page.getByText("live", { exact: true }).waitFor();
});

/** A page of its own, closed when the test ends; undefined where there is no browser. */
async function open(
  t: TestContext,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Page | undefined> {
  if (browser === undefined) return undefined;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${world.url}${path}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

/** Shows a place with everything in it: Live plays as ann, and all that opens is open. */
async function show(page: Page, path: string): Promise<void> {
  await page.goto(`${world.url}${path}`);
  if (path === "/") {
    const ann = page.getByRole("button", { name: /^ann/ });
    await Promise.race([ann.click(), page.locator(".row").first().waitFor()]);
    await page.locator(".row").first().click();
    await page.locator(".strip").first().waitFor();
  }
  if (path === "/ingest") await page.locator(".letters summary").click();
  if (path === "/models") await page.getByText("served", { exact: true }).waitFor();
  if (path === "/library") {
    await page.getByRole("button", { name: /^ann/ }).click();
    await page.getByRole("heading", { name: "Heard last" }).waitFor();
  }
  if (path === "/health") await page.getByText("99% of lists within").waitFor();
}

async function faultless(page: Page, rules: string, where: string): Promise<void> {
  await page.evaluate(rules);
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>("axe.run()");
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  assert.deepEqual(serious, [], where);
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function nextTitles(page: Page): Promise<string[]> {
  await page.locator(".next .row").first().waitFor();
  return page.locator(".next .names .name").allTextContents();
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let round = 0; round < 200; round++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never came: ${what}`);
}
