import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { startChromium } from "../support/chromium.ts";

/** Where a Segue shows its page; `npm start` does. */
const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:7601" },
    listener: { type: "string", default: "l007" },
  },
});
const IMAGES = join(import.meta.dirname, "../../docs/images");
const SIZE = { width: 1280, height: 950 };
const PAUSE_MS = 1_200;

/** Writes README's pictures of a running Segue's page. */
async function takeScreenshots(): Promise<void> {
  const browser = await startChromium();
  if (browser === undefined) throw new Error("there is no Chromium");
  mkdirSync(IMAGES, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ viewport: SIZE, colorScheme, reducedMotion: "reduce" });
    await page.goto(values.url);
    await listenAndSkip(page);
    await page.screenshot({ path: join(IMAGES, `live-${colorScheme}.png`) });
    await page.close();
  }
  await browser.close();
}

async function listenAndSkip(page: Page): Promise<void> {
  await page.getByLabel("Listener").fill(values.listener);
  await page.keyboard.press("Enter");
  await page.locator(".row").first().waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  for (const key of ["s", "l", "s"]) {
    await page.waitForTimeout(PAUSE_MS);
    await page.keyboard.press(key);
    await page.locator(".effect", { hasText: key === "l" ? "Liked" : "Skipped" }).waitFor();
  }
  await page.waitForTimeout(PAUSE_MS);
}

await takeScreenshots();
