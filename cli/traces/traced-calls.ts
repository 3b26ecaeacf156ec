import { type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { type NextTracksResponse, rungToJSON } from "../../proto/gen/segue/v1/recommender.ts";
import type { CallObserver } from "../../scorer/observed-service.ts";
import { childOf, sampledParent } from "./trace-parent.ts";

/** Tells of each call whose caller traces it, as a part of the caller's trace. A list's span names
 *  the rung and the record that it has seen, which is what joins it to the span of the batch that
 *  held that record; it names nobody. */
export function tracedCalls(tracer: Tracer): CallObserver {
  return (method, headers) => {
    const parent = sampledParent(headers?.get("traceparent")[0]?.toString());
    if (parent === undefined) return () => undefined;
    const attributes = { "rpc.system": "grpc", "rpc.method": method };
    const span = tracer.startSpan(
      `segue ${method}`,
      { kind: SpanKind.SERVER, attributes },
      childOf(parent),
    );
    return ({ code }, reply) => {
      span.setAttribute("rpc.grpc.status", code);
      if (code !== "OK") span.setStatus({ code: SpanStatusCode.ERROR });
      if (method === "NextTracks" && reply) tellList(span, reply as NextTracksResponse);
      span.end();
    };
  };
}

function tellList(span: Span, { rung, bundleId, tracks, freshness }: NextTracksResponse): void {
  const { seen, caughtUp } = freshness ?? {};
  span.setAttributes({
    "segue.rung": rungToJSON(rung),
    "segue.bundle": bundleId.slice(0, 12),
    "segue.tracks": tracks.length,
    ...(seen && {
      "segue.seen.partition": seen.partition,
      "segue.seen.offset": seen.offset,
    }),
    ...(caughtUp !== undefined && { "segue.caught_up": caughtUp }),
  });
}
