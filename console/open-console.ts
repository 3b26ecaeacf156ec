import type { ServedService } from "../scorer/serve.ts";
import { type ConsoleParts, consoleService } from "./console-service.ts";
import type { ServiceCalls } from "./door.ts";
import { inProcessCalls } from "./in-process-calls.ts";
import { PAGE_FOLDER } from "./page-files.ts";
import { type RunningConsole, startConsole } from "./start-console.ts";

export interface OpenConsoleOptions extends ConsoleParts {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The services of the process that are offered as JSON too. */
  readonly grpcServices: readonly ServedService[];
  readonly report: (error: unknown) => void;
}

/** Opens the console of a process that serves over gRPC. Throws `bad_configuration` where it cannot
 *  listen. */
export function openConsole(options: OpenConsoleOptions): Promise<RunningConsole> {
  const services = new Map<string, ServiceCalls>([["segue.v1.Console", consoleService(options)]]);
  for (const service of options.grpcServices) {
    const [method] = Object.values(service.definition);
    services.set(method!.path.split("/")[1]!, inProcessCalls(service));
  }
  const { host, port, report, reportsFolder } = options;
  const folders = { pageFolder: PAGE_FOLDER, reportsFolder };
  return startConsole({ host, port, report, services, ...folders });
}
