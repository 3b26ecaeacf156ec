import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { missingPlatformPackages } from "./platform-packages.ts";

/** Adds to `package-lock.json` the platform packages that npm left out; run it after `npm
 *  install`. */
const LOCK = join(import.meta.dirname, "../../package-lock.json");
const lock = JSON.parse(readFileSync(LOCK, "utf8"));
const missing = missingPlatformPackages(lock.packages);
const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([one], [other]) =>
  one < other ? -1 : 1,
);
writeFileSync(
  LOCK,
  `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`,
);
console.log(`${Object.keys(missing).length} platform packages added to package-lock.json`);
