/** Scores of the tracks that something spoke for; all others have none. */
export interface TrackScores {
  add(track: number, amount: number): void;
  set(track: number, score: number): void;
  get(track: number): number;
  /** Tracks with a score, in order of their first one. A view that the next `clear` ends. */
  scored(): Int32Array;
  /** The best `k` of all tracks: by score, then by track index; those without a score come last,
   *  in order of track index. */
  best(k: number): Int32Array;
  clear(): void;
}

export function createTrackScores(tracks: number): TrackScores {
  const scores = new Float64Array(tracks);
  const isScored = new Uint8Array(tracks);
  const list = new Int32Array(tracks);
  let count = 0;

  function touch(track: number): void {
    if (isScored[track] === 1) return;
    isScored[track] = 1;
    list[count++] = track;
  }

  return {
    add(track, amount) {
      touch(track);
      scores[track]! += amount;
    },
    set(track, score) {
      touch(track);
      scores[track] = score;
    },
    get: (track) => scores[track]!,
    scored: () => list.subarray(0, count),
    best(k) {
      const wanted = Math.min(k, tracks);
      const found = bestByScore(list.subarray(0, count), scores, wanted);
      const result = new Int32Array(wanted);
      result.set(found);
      let filled = found.length;
      for (let track = 0; filled < wanted; track++) {
        if (isScored[track] === 0) result[filled++] = track;
      }
      return result;
    },
    clear() {
      for (let index = 0; index < count; index++) {
        scores[list[index]!] = 0;
        isScored[list[index]!] = 0;
      }
      count = 0;
    },
  };
}

/** The best `k` of `candidates`, best first, ties to the lower number. Places each candidate by
 *  insertion, as lists are short and most candidates fall out at the first comparison. */
export function bestByScore(candidates: Int32Array, scores: Float64Array, k: number): Int32Array {
  const best = new Int32Array(Math.min(k, candidates.length));
  let length = 0;
  for (const candidate of candidates) {
    const score = scores[candidate]!;
    if (length === best.length) {
      if (length === 0 || !isBefore(candidate, score, best[length - 1]!, scores)) continue;
    } else length += 1;
    let at = length - 1;
    while (at > 0 && isBefore(candidate, score, best[at - 1]!, scores)) {
      best[at] = best[at - 1]!;
      at -= 1;
    }
    best[at] = candidate;
  }
  return best;
}

function isBefore(one: number, score: number, other: number, scores: Float64Array): boolean {
  const against = scores[other]!;
  return score > against || (score === against && one < other);
}
