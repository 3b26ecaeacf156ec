import { Failure } from "../core/domain/failure.ts";
import type { ModelName, SessionId } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import { startsSession } from "../core/state/session-cut.ts";
import type { Tastes } from "./retrieval/retriever.ts";
import type { Scorer } from "./scorer.ts";

/** What the listener likes in this session, and over all of them. The short-term taste is missing
 *  where the session that the list is for has no event yet: that model knows nothing of it. The
 *  long-term one is missing where the listener was never heard. Both are asked for at once. */
export async function listenerTastes(
  scorer: Scorer,
  record: ListenerRecord | undefined,
  asked: AskedFor,
): Promise<Tastes> {
  if (record === undefined) return {};
  const [short, long] = await Promise.all([
    isInSession(scorer, record, asked) ? taste(scorer, "short", record) : undefined,
    record.steps > 0 ? taste(scorer, "long", record) : undefined,
  ]);
  return { ...(short && { short }), ...(long && { long }) };
}

/** Whether the list is for the session of the record's last event. */
export function isInSession(
  { rules }: Pick<Scorer, "rules">,
  record: ListenerRecord,
  asked: AskedFor,
): boolean {
  return record.sessionSteps > 0 && !startsSession(record, asked, rules.idleTimeoutMs);
}

export interface AskedFor {
  readonly session: SessionId | undefined;
  readonly atMs: number;
}

/** Undefined, and noticed, where the model fails: a lower rung answers then. */
async function taste(
  scorer: Scorer,
  name: ModelName,
  record: ListenerRecord,
): Promise<Float32Array | undefined> {
  const hidden = record.hidden[name];
  if (scorer.bundle.models[name] === undefined || hidden === undefined) return undefined;
  try {
    const values = await scorer.runner.taste(name, hidden, 1);
    if (areFinite(values)) return values;
    scorer.notice(new Failure("bug", `the taste of model "${name}" is not finite`));
  } catch (error) {
    scorer.notice(new Failure("bug", `model "${name}" gives no taste`, { cause: error }));
  }
  return undefined;
}

function areFinite(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return false;
  return true;
}
