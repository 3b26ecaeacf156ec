import { isForOperators } from "../scorer/access/roles.ts";
import type { ServedService } from "../scorer/serve.ts";
import { type ServerOptions, startServer } from "../scorer/server.ts";
import type { Options } from "./command.ts";

/** The ports that a scorer listens on. */
export interface Doors {
  /** Where it listens, as its parent is told: "grpc HOST:PORT, admin on port N". */
  readonly detail: string;
  drain(): Promise<void>;
}

/** Listens on `--port`, and for methods of operators on `--admin-port`, where one is given. */
export async function openDoors(
  options: Options,
  services: readonly ServedService[],
  access: Pick<ServerOptions, "credentials" | "interceptors" | "reflection">,
): Promise<Doors> {
  const host = options.text("host");
  const adminPort = options.numberIfGiven("admin-port");
  const { open, admin: forOperators } = byPort(services, adminPort);
  const server = await startServer({
    ...access,
    host,
    port: options.number("port"),
    services: open,
  });
  const grpc = `grpc ${host}:${server.port}`;
  if (adminPort === undefined) return { detail: grpc, drain: () => server.drain() };
  const admin = await startServer({ ...access, host, port: adminPort, services: forOperators });
  return {
    detail: `${grpc}, admin on port ${admin.port}`,
    async drain() {
      await Promise.all([server.drain(), admin.drain()]);
    },
  };
}

/** The services of both ports. Without an admin port the first serves everything. */
export function byPort(
  services: readonly ServedService[],
  adminPort: number | undefined,
): { readonly open: ServedService[]; readonly admin: ServedService[] } {
  if (adminPort === undefined) return { open: [...services], admin: [] };
  return {
    open: services.map((service) => partOf(service, (path) => !isForOperators(path))),
    admin: services
      .map((service) => partOf(service, isForOperators))
      .filter(({ definition }) => Object.keys(definition).length > 0),
  };
}

function partOf(service: ServedService, isIn: (path: string) => boolean): ServedService {
  const methods = Object.entries(service.definition).filter(([, { path }]) => isIn(path));
  return { ...service, definition: Object.fromEntries(methods) };
}
