import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian, and others, put Chromium. `SEGUE_CHROMIUM` names another place. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Undefined, after saying so on stderr, where there is none. */
export async function startChromium(): Promise<Browser | undefined> {
  const executablePath = [process.env.SEGUE_CHROMIUM, ...PLACES].find(
    (place) => place !== undefined && existsSync(place),
  );
  if (executablePath === undefined) {
    process.stderr.write("NOT TESTED: the page, for there is no Chromium; see CONTRIBUTING.md\n");
    return undefined;
  }
  // Chromium refuses to keep its sandbox for root, as whom CI runs.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}
