import { Server, ServerCredentials } from "@grpc/grpc-js";
import { RecommenderService } from "../proto/gen/segue/v1/recommender.ts";

/** A bare gRPC server, in a process of its own: it answers every `NextTracks` with the bytes that
 *  its argument holds in base64, decodes nothing and does no work. What a request costs here, no
 *  recommender behind grpc-js can save. */
const reply = Buffer.from(process.argv[2] ?? "", "base64");
const server = new Server({ "grpc.enable_channelz": 0 });
const { nextTracks } = RecommenderService;
const bytes = { ...nextTracks, requestDeserialize: asItIs, responseSerialize: asItIs };
server.addService(
  { nextTracks: bytes },
  { nextTracks: (_: unknown, done: (error: null, value: Buffer) => void) => done(null, reply) },
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

function asItIs(value: Buffer): Buffer {
  return value;
}
