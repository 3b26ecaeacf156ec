import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createWriteStream, existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { Failure } from "../../core/domain/failure.ts";
import type { BrokerSecurity } from "./broker-security.ts";
import { freePorts } from "./free-ports.ts";
import { type BrokerCache, brokerCache, renameUnlessThere } from "./jars.ts";
import { type ServerPlace, serverProperties } from "./server-properties.ts";

export interface BrokerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** The folder of the broker's data. Default: a temporary one that `stop` removes. */
  readonly data?: string;
  /** Asks clients for TLS and a password; anybody may do anything where it is not given. */
  readonly security?: BrokerSecurity;
  /** Told what takes its time. */
  readonly notice?: (text: string) => void;
}

export interface Broker {
  /** HOST:PORT, as clients take it; the same after a restart. */
  readonly brokers: readonly string[];
  /** The broker's process of now. */
  readonly pid: number;
  /** What the broker printed is in this file. */
  readonly logFile: string;
  /** Ends the broker with SIGKILL, as a crash would; its data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Shuts it down in order, and removes its data where they are temporary. */
  stop(): Promise<void>;
}

/** How long a start may take on a slow machine, and an orderly stop. */
const START_WAIT_MS = 180_000;
const STOP_WAIT_MS = 20_000;
const CLUSTER_ID = "Segue-0000000000000000";
const LOGGING = join(import.meta.dirname, "log4j2.properties");

/** Starts Apache Kafka as one process (KRaft, one node) and resolves when it serves. Throws
 *  `dependency_missing` where Java or Maven is missing, `log_unavailable` where it does not
 *  start. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const notice = options.notice ?? (() => undefined);
  const cache = await brokerCache(notice);
  const home = options.data ? resolve(options.data) : await mkdtemp(join(tmpdir(), "kafka-"));
  const place = await placeOf(options, join(home, "data"));
  const properties = join(home, "server.properties");
  await mkdir(home, { recursive: true });
  await writeFile(properties, serverProperties(place));
  if (!existsSync(place.data)) {
    const storage = { properties, data: place.data };
    if (options.security === undefined) await formatStorage(cache, storage);
    else runStorageTool(cache, properties, options.security.formatting);
  }
  const logFile = join(home, "broker.log");
  notice(`Kafka starts, and writes what it does to ${logFile}`);
  let process_ = await run(cache, { properties, logFile });
  return {
    brokers: [`${place.host}:${place.port}`],
    logFile,
    get pid() {
      return process_.pid ?? 0;
    },
    kill: () => end(process_, "SIGKILL"),
    async restart() {
      await end(process_, "SIGKILL");
      process_ = await run(cache, { properties, logFile });
    },
    async stop() {
      await end(process_, "SIGTERM");
      await keepClassArchive(cache, process_);
      if (options.data === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}

async function placeOf(options: BrokerOptions, data: string): Promise<ServerPlace> {
  const host = options.host ?? "127.0.0.1";
  const [free, ownPort, controllerPort] = await freePorts(3);
  const { security, port = free! } = options;
  const secured = security && { security, ownPort: ownPort! };
  return { host, port, controllerPort: controllerPort!, data, secured };
}

/** Copies formatted storage, which is the same for every broker of one node and saves the start of
 *  a Java process. */
async function formatStorage(
  cache: BrokerCache,
  storage: { readonly properties: string; readonly data: string },
): Promise<void> {
  const formatted = join(cache.derived, "formatted");
  if (!existsSync(formatted)) {
    runStorageTool(cache, storage.properties, []);
    const part = await mkdtemp(join(cache.derived, "formatted-"));
    await cp(storage.data, part, { recursive: true });
    await renameUnlessThere(part, formatted);
    return;
  }
  await cp(formatted, storage.data, { recursive: true });
}

function runStorageTool(cache: BrokerCache, properties: string, more: readonly string[]): void {
  const format = ["format", "--cluster-id", CLUSTER_ID, "--config", properties, ...more];
  const java = [...javaOptions(cache), "kafka.tools.StorageTool", ...format];
  const tool = spawnSync("java", java, { encoding: "utf8" });
  if (tool.status === 0) return;
  const message = `Kafka's storage cannot be formatted: ${tool.stdout}${tool.stderr}`;
  throw new Failure("log_unavailable", message);
}

function javaOptions(cache: BrokerCache): string[] {
  return [
    "-Xmx256m",
    "-XX:+UseSerialGC",
    // The quick compiler only: a broker that lives for minutes never earns back the other's work.
    "-XX:TieredStopAtLevel=1",
    `-Dlog4j2.configurationFile=${LOGGING}`,
    "-cp",
    join(cache.jars, "*"),
  ];
}

async function run(
  cache: BrokerCache,
  files: { readonly properties: string; readonly logFile: string },
): Promise<ChildProcess> {
  const archive = classArchive(cache);
  // An archive of loaded classes halves the start. The first orderly stop writes it.
  const sharing = existsSync(archive)
    ? [`-XX:SharedArchiveFile=${archive}`, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
    : [`-XX:ArchiveClassesAtExit=${archive}.${process.pid}`, "-Xlog:cds=off", "-Xlog:cds*=off"];
  const java = spawn("java", [...sharing, ...javaOptions(cache), "kafka.Kafka", files.properties], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(files.logFile, { flags: "a" });
  java.stdout.pipe(log, { end: false });
  java.stderr.pipe(log, { end: false });
  java.once("exit", () => log.end());
  endWithParent(java);
  await served(java, files.logFile);
  return java;
}

/** A shell that waits for the pipe from this process to close, however this process ends, and then
 *  kills the broker, which would outlive it. */
function endWithParent(java: ChildProcess): void {
  const guard = spawn("sh", ["-c", `cat > /dev/null; kill -9 ${java.pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  java.once("exit", () => guard.kill("SIGKILL"));
}

function classArchive(cache: BrokerCache): string {
  return join(cache.derived, "classes.jsa");
}

async function keepClassArchive(cache: BrokerCache, java: ChildProcess): Promise<void> {
  const written = `${classArchive(cache)}.${process.pid}`;
  if (java.exitCode !== null && existsSync(written)) await rename(written, classArchive(cache));
}

/** Resolves when the broker says that it has started. */
async function served(java: ChildProcess, logFile: string): Promise<void> {
  const lines = createInterface({ input: java.stdout! });
  const outcome = await new Promise<"served" | "ended" | "late">((settle) => {
    const timer = setTimeout(() => settle("late"), START_WAIT_MS);
    lines.on("line", (line) => line.includes("Kafka Server started") && settle("served"));
    java.once("exit", () => settle("ended"));
    lines.once("close", () => clearTimeout(timer));
    java.once("error", () => settle("ended"));
  });
  if (outcome === "served") return;
  java.kill("SIGKILL");
  const why = outcome === "late" ? `did not serve within ${START_WAIT_MS} ms` : "ended at once";
  throw new Failure("log_unavailable", `the Kafka broker ${why}; see ${logFile}`);
}

async function end(java: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (java.exitCode !== null || java.signalCode !== null) return;
  const ended = new Promise<void>((done) => java.once("exit", () => done()));
  java.kill(signal);
  const timer = setTimeout(() => java.kill("SIGKILL"), STOP_WAIT_MS);
  await ended;
  clearTimeout(timer);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: "string" }, data: { type: "string" }, host: { type: "string" } },
  });
  const broker = await startBroker({
    port: Number(values.port ?? 9092),
    ...(values.data === undefined ? {} : { data: values.data }),
    ...(values.host === undefined ? {} : { host: values.host }),
    notice: (text) => process.stderr.write(`${text}\n`),
  });
  process.stdout.write(`kafka is ready: ${broker.brokers[0]}\n`);
  const stop = () => void broker.stop().then(() => process.exit(0));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

if (import.meta.main) {
  await main().catch((failure) => {
    process.stderr.write(`${failure instanceof Error ? failure.message : failure}\n`);
    process.exitCode = failure instanceof Failure && failure.code === "dependency_missing" ? 4 : 1;
  });
}
