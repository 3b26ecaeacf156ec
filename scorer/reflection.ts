import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Server } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { protoPath as healthProto } from "grpc-health-check";

const PROTO = fileURLToPath(new URL("../proto", import.meta.url));

/** Lets callers without the `.proto` files, such as grpcurl, ask for the contracts of `services` (full
 *  names, as "segue.v1.Recommender"). */
export function addReflection(server: Server, services: readonly string[]): void {
  const files = readdirSync(`${PROTO}/segue/v1`).filter((name) => name.endsWith(".proto"));
  const contracts = loadSync([...files.map((name) => `segue/v1/${name}`), healthProto], {
    includeDirs: [PROTO],
    keepCase: true,
  });
  new ReflectionService(contracts, { services: [...services] }).addToServer(server);
}
