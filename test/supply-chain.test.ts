import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const folder = new URL("..", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const packages = Object.entries<Locked>(read("package-lock.json").packages).filter(
  ([path]) => path.startsWith("node_modules/") || path.includes("/node_modules/"),
);

test("every package is locked to the hash of its bytes in a registry", () => {
  assert.ok(packages.length > 100);
  const loose = packages.filter(([, { integrity, resolved = "https://" }]) => {
    return !integrity?.startsWith("sha512-") || !resolved.startsWith("https://");
  });
  assert.deepEqual(loose, []);
});

test("of every package with an installation script it is stated whether that may run", () => {
  const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = scripted.map(([path]) => nameOf(path));
  const { allowScripts } = read("package.json");
  assert.deepEqual(Object.keys(allowScripts).toSorted(), [...new Set(names)].toSorted());
  const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
  // It brings the Node that runs TypeScript.
  assert.deepEqual(allowed, ["node"]);
});

test("a bill of materials names every package with the hash of its bytes", () => {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const text = execFileSync("npm", args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26 });
  const bill: { components: { "bom-ref": string; hashes?: unknown[] }[] } = JSON.parse(text);
  const listed = new Set(bill.components.map((component) => component["bom-ref"]));
  const missing = packages.filter(([path, { version }]) => {
    return !listed.has(`${nameOf(path)}@${version}`);
  });
  assert.deepEqual(missing, []);
  assert.ok(bill.components.every(({ hashes = [] }) => hashes.length > 0));
});

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}
