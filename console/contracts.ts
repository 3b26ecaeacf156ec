import { readFileSync } from "node:fs";
import { createFileRegistry, type DescService, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { assert } from "../core/domain/failure.ts";
import { CONTRACTS } from "../scorer/contracts/read-contracts.ts";

/** A service as its contract describes it, by its full name such as "segue.v1.Recommender". */
export function serviceContract(name: string): DescService {
  const service = REGISTRY.getService(name);
  assert(service !== undefined, `contracts.binpb describes ${name}`);
  return service;
}

const REGISTRY = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(CONTRACTS)));
