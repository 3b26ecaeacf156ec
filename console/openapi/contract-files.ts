import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Comments } from "./describe-door.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Numbers of the fields of google/protobuf/descriptor.proto that lead to what a comment is of. */
const [MESSAGES, ENUMS, SERVICES] = [4, 5, 6];

/** The `.proto` files of `proto/`, compiled with their comments. */
export async function contractFiles(): Promise<FileDescriptorSet> {
  const { stdout } = await promisify(execFile)(
    `${ROOT}/node_modules/.bin/buf`,
    ["build", "--as-file-descriptor-set", "-o", "-#format=binpb"],
    { cwd: ROOT, encoding: "buffer", timeout: 60_000 },
  );
  return fromBinary(FileDescriptorSetSchema, stdout);
}

/** Descriptors hold a comment by the path of field numbers that leads to what it stands at; see
 *  `SourceCodeInfo` in google/protobuf/descriptor.proto. */
export function commentsIn({ file }: FileDescriptorSet): Comments {
  const comments = new Map<string, string>();
  for (const { package: scope, messageType, enumType, service, sourceCodeInfo } of file) {
    for (const { path, leadingComments } of sourceCodeInfo?.location ?? []) {
      if (leadingComments === "") continue;
      const [kind, index, part, inner] = path;
      const owners = { [MESSAGES]: messageType, [ENUMS]: enumType, [SERVICES]: service };
      const owner = owners[kind!]?.[index!];
      if (owner === undefined || path.length > 4) continue;
      const parts = "field" in owner ? owner.field : "value" in owner ? owner.value : owner.method;
      const name = part === undefined ? "" : `.${parts[inner!]?.name}`;
      comments.set(`${scope}.${owner.name}${name}`, sentence(leadingComments));
    }
  }
  return comments;
}

function sentence(comment: string): string {
  return comment.trim().split(/\s+/).join(" ");
}
