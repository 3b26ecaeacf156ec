import type { Walks } from "./walks.ts";

/** `steps` events of each of `lanes` walks that go on side by side. Row step · lanes + lane belongs
 *  to one event. */
export interface LaneBatch {
  /** [rows]: the event, −1 for a lane that has nothing left. */
  readonly event: Int32Array;
  /** [rows]: 0 where a walk begins, so that the lane's hidden state is forgotten, 1 elsewhere. */
  readonly keep: Float32Array;
  /** How many rows have an event. */
  readonly events: number;
}

/** Leads every walk through one of the lanes, in order; a lane that comes to a walk's end takes up
 *  the next one. The yielded batch is refilled by the next call.
 *  Source: Hidasi et al. 2016, arXiv 1511.06939, section 3.1.1 (session-parallel mini-batches). */
export function* laneBatches(
  walks: Walks,
  shape: { readonly lanes: number; readonly steps: number },
): Generator<LaneBatch> {
  const { lanes, steps } = shape;
  const event = new Int32Array(lanes * steps);
  const keep = new Float32Array(lanes * steps);
  const at = new Int32Array(lanes);
  const end = new Int32Array(lanes);
  let next = 0;
  while (true) {
    let events = 0;
    for (let lane = 0; lane < lanes; lane++) {
      for (let row = lane; row < event.length; row += lanes) {
        keep[row] = 1;
        if (at[lane] === end[lane]) {
          keep[row] = 0;
          if (next === walks.starts.length) {
            event[row] = -1;
            continue;
          }
          at[lane] = walks.starts[next]!;
          end[lane] = walks.ends[next]!;
          next++;
        }
        event[row] = at[lane]!++;
        events++;
      }
    }
    if (events === 0) return;
    yield { event, keep, events };
  }
}
