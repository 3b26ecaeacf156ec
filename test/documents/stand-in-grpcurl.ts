import { readFileSync } from "node:fs";
import {
  createFileRegistry,
  fromBinary,
  fromJsonString,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Client, credentials } from "@grpc/grpc-js";
import { CONTRACTS } from "../../scorer/contracts/read-contracts.ts";
import { readCall } from "../support/grpcurl-commands.ts";

/** Makes the calls of one message that documents make with grpcurl, which takes minutes to compile,
 *  and prints the reply as it does. */
const { words, message } = readCall(process.argv.slice(2));
const [address, symbol] = words as [string, string];
const [service, name] = symbol.split("/") as [string, string];
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(CONTRACTS)));
const method = registry.getService(service)!.methods.find((one) => one.name === name)!;
const request = fromJsonString(method.input, message ?? "{}", { registry });
const client = new Client(address, credentials.createInsecure());
client.makeUnaryRequest(
  `/${symbol}`,
  () => Buffer.from(toBinary(method.input, request)),
  (bytes) => fromBinary(method.output, bytes),
  undefined,
  (error, reply) => {
    if (error) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    } else {
      process.stdout.write(`${toJsonString(method.output, reply!, { prettySpaces: 2 })}\n`);
    }
    client.close();
  },
);
