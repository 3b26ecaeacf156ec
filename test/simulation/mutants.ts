/** A deliberate bug: texts of the product that are replaced while it is loaded. */
export interface Mutant {
  /** What is wrong with it, as the subject of a sentence. */
  readonly name: string;
  /** The simulation finds it with one of the seeds from 1 to this. */
  readonly seedsMax: number;
  readonly edits: readonly Edit[];
}

export interface Edit {
  /** From the repository's root. */
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
}

const APPEND_LETTERS = "  if (letters.length > 0) await deadLetters.append(letters);\n";
const POSITION = "[positionKey(commit.partition), encodePosition(commit.position)]";

/** Bugs that a change of the ingest path could bring in, each of which costs listeners their state
 *  or lets it be counted twice. */
export const MUTANTS: readonly Mutant[] = [
  mutant("a store without its fence", 30, {
    file: "core/state/fence.ts",
    find: "if (next === expectedNext && isEpoch) return;",
    replace: "if (commit !== undefined) return;",
  }),
  mutant(
    "a position that is written outside of the transaction",
    30,
    {
      file: "core/state/lmdb-store.ts",
      find: `changes.push(${POSITION});`,
      replace: "",
    },
    {
      file: "core/state/lmdb-store.ts",
      find: "environment.putSync(SEAL_KEY, encodeSeal(seal));\n    });",
      replace: `});\nenvironment.putSync(...(${POSITION} as const));`,
    },
  ),
  mutant("a batch that is done before it is on the disk", 30, {
    file: "core/lmdb/environment.ts",
    find: "await withinTimeout(environment.flushed);",
    replace: "",
  }),
  mutant("a write that failed and is taken for done", 30, {
    file: "core/lmdb/environment.ts",
    find: "const cause = await rootCause(error);",
    replace: "if (error !== undefined) return;\nconst cause = error;",
  }),
  mutant("a store that goes on reading the position of its last look", 30, {
    file: "core/state/lmdb-store.ts",
    find: "    environment.resetReadTxn();\n    return storedPosition(partition);",
    replace: "return storedPosition(partition);",
  }),
  mutant("a replayed batch that does not wait for the disk", 100, {
    file: "ingest/apply-batch.ts",
    find: "    await store.commit({ partition, expectedNext: next, position: stored,",
    replace: "    void ({ partition, expectedNext: next, position: stored,",
  }),
  mutant("a replay check that is off by one", 30, {
    file: "ingest/apply-batch.ts",
    find: "record.offset >= next",
    replace: "record.offset > next",
  }),
  mutant(
    "letters that are written after the commit",
    100,
    {
      file: "ingest/apply-batch.ts",
      find: APPEND_LETTERS,
      replace: "",
    },
    {
      file: "ingest/apply-batch.ts",
      find: "  return { ...counts, waves",
      replace: `${APPEND_LETTERS}  return { ...counts, waves`,
    },
  ),
  mutant("a forgotten listener whose record stays", 30, {
    file: "ingest/apply-batch.ts",
    find: "changes.set(listener, null)",
    replace: "changes.delete(listener)",
  }),
  mutant("reading that resumes from the broker's offset", 30, {
    file: "ingest/consume.ts",
    find: "return store.position(partition)?.next ?? (0 as Offset);",
    replace: "return (log as any).committed(partition);",
  }),
  mutant("a topic made anew that keeps its epoch", 200, {
    file: "ingest/consume.ts",
    find: "epoch: restarted ? epoch + 1 : epoch",
    replace: "epoch",
  }),
  mutant("a listener whose replay check ignores the epoch", 200, {
    file: "core/state/hear.ts",
    find: "history.epoch === at.epoch &&",
    replace: "",
  }),
  mutant("a listener whose replay check is off by one", 30, {
    file: "core/state/hear.ts",
    find: "at.offset <= history.heardOffset",
    replace: "at.offset <= history.heardOffset + 1",
  }),
  mutant("a dedupe window that is off by one", 200, {
    file: "core/state/dedupe-window.ts",
    find: "length - DEDUPE_EVENTS_MAX",
    replace: "length + 1 - DEDUPE_EVENTS_MAX",
  }),
  mutant("a dedupe window that forgets an event that is not late yet", 200, {
    file: "core/state/dedupe-window.ts",
    find: "youngest(from) < lateBeforeMs",
    replace: "youngest(from) < lateBeforeMs + lateToleranceMs / 4",
  }),
  mutant("a late check that is dropped", 30, {
    file: "core/state/hear.ts",
    find: "if (previous && event.happenedAtMs < previous.lastEventAtMs",
    replace: "if (previous && event.happenedAtMs < 0 * previous.lastEventAtMs",
  }),
  mutant("waves that step a listener's events backwards", 30, {
    file: "core/state/waves.ts",
    find: "owner.steps[turn] as Step",
    replace: "owner.steps[owner.steps.length - 1 - turn] as Step",
  }),
  mutant("an event that steps the models twice", 30, {
    file: "core/state/draft.ts",
    find: "draft.steps.push(heard.recent);",
    replace: "draft.steps.push(heard.recent, heard.recent);",
  }),
  mutant("a row that takes its neighbour's hidden state", 30, {
    file: "core/bundle/course.ts",
    find: "next.subarray(row * width, end * width), owner * width",
    replace: `Float32Array.from(next, (_, at) => next[(at + width) % next.length]!)
      .subarray(row * width, end * width), owner * width`,
  }),
  mutant("a sweep that goes by the machine's clock", 30, {
    file: "ingest/sweep-idle.ts",
    find: "evicted(record, position.idleBeforeMs)",
    replace: "evicted(record, Date.now())",
  }),
  mutant(
    "a sweep that writes over what was heard meanwhile",
    100,
    {
      file: "core/state/lmdb-store.ts",
      find: "requireOwner(storedPosition(commit.partition), commit);",
      replace: `if (commit.computedFrom !== undefined) changes.pop();
      else requireOwner(storedPosition(commit.partition), commit);`,
    },
    {
      file: "core/state/lmdb-store.ts",
      find: "if (from !== undefined && !before?.equals(from)) continue;",
      replace: "void from;",
    },
  ),
  mutant("an evicted record that forgets the offset that it heard", 100, {
    file: "core/state/evict.ts",
    find: "sessionSteps: 0,\n",
    replace: "sessionSteps: 0,\n    heardOffset: 0 as never,\n",
  }),
  mutant("an evicted record that forgets the ids that it heard", 100, {
    file: "core/state/evict.ts",
    find: "sessionSteps: 0,\n",
    replace: "sessionSteps: 0,\n    heardEvents: [],\n",
  }),
  mutant("an event that an idle listener's whole record hears", 100, {
    file: "ingest/hear-batch.ts",
    find: "  evictIdle(draft, hearing.idleBeforeMs);\n",
    replace: "",
  }),
  mutant("a batch whose beginning decides who is idle", 200, {
    file: "ingest/hear-batch.ts",
    find: "evictIdle(draft, hearing.idleBeforeMs)",
    replace: "evictIdle(draft, hearing.place.idleBeforeMs)",
  }),
  mutant("a jump that forgets who is idle", 1_000, {
    file: "ingest/consume.ts",
    find: "position: { ...stored, epoch: restarted",
    replace: "position: { appendedAtMs: stored.appendedAtMs, epoch: restarted",
  }),
];

function mutant(name: string, seedsMax: number, ...edits: readonly Edit[]): Mutant {
  return { name, seedsMax, edits };
}
