import type { Server } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { fileDescriptors } from "./contracts/read-contracts.ts";

/** Lets callers without the `.proto` files, such as grpcurl, ask for the contracts of `services`
 *  (full names, as "segue.v1.Recommender"). */
export function addReflection(server: Server, services: readonly string[]): void {
  const contracts = { contracts: { fileDescriptorProtos: fileDescriptors() } };
  new ReflectionService(
    // It reads nothing of a package but these.
    contracts as unknown as ConstructorParameters<typeof ReflectionService>[0],
    { services: [...services] },
  ).addToServer(server);
}
