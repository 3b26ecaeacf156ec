/** What `package-lock.json` says of a package, as far as it matters here. */
export interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** The optional packages that the lock's packages ask for and that have no entry. npm leaves one
 *  out where a registry did not serve it, and `npm ci` then refuses the whole lock (npm issue 9342
 *  and those it names). An entry needs no more than a version and a platform: a machine of another
 *  platform never fetches it. */
export function missingPlatformPackages(packages: LockedPackages): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const place = `node_modules/${name}`;
      if (packages[`${parent}/${place}`] !== undefined || packages[place] !== undefined) continue;
      missing[place] = { version, ...platformOf(name), ...(dev && { dev }), optional: true };
    }
  }
  return missing;
}

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64"];

/** A platform package says its platform in its name, as `binding-linux-x64-musl`. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const parts = name.split("/").at(-1)!.split("-");
  const os = SYSTEMS.filter((system) => parts.includes(system));
  const cpu = PROCESSORS.filter((processor) => parts.includes(processor));
  if (parts.includes("armv7")) cpu.push("arm");
  const libc = parts.some((part) => part.startsWith("musl")) ? ["musl"] : [];
  if (parts.some((part) => part.startsWith("gnu"))) libc.push("glibc");
  return { ...(os.length && { os }), ...(cpu.length && { cpu }), ...(libc.length && { libc }) };
}
