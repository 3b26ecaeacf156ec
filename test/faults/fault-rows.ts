import type { FaultRow, RowTest } from "./fault-list.ts";

const SIMULATION = named("test/simulation/simulation.test.ts", [
  "ingest under the faults of 2000 seeds ends as a plain replay does",
]);
const BROKER_AWAY = named("test/storms/broker-away.test.ts", [
  "without a broker lists are answered with their age, and no event is lost",
]);
const UNFENCED = named("test/storms/storms.test.ts", [
  "the same storm notices a store without its fence",
]);
const KILLS = [
  ...named("ingest/kill.test.ts", [
    "embedded log: kill -9 of ingest at ten random moments changes no byte of the store",
  ]),
  ...named("ingest/kill-kafka.test.ts", [
    "Kafka: kill -9 of ingest at ten random moments changes no byte of the store",
  ]),
];

/** The rows that have tests; every other row of docs/faults.md is not tested yet. */
export const FAULT_ROWS: readonly FaultRow[] = [
  { row: 1, tests: [...SIMULATION, ...KILLS] },
  {
    row: 2,
    tests: [...SIMULATION, ...caught("a batch that is done before it is on the disk", 30)],
  },
  { row: 3, tests: [...SIMULATION, ...caught("a replay check that is off by one", 30)] },
  {
    row: 4,
    tests: [
      ...BROKER_AWAY,
      ...named("core/log/kafka-log.test.ts", [
        "a broker killed while records are written and read loses none",
      ]),
    ],
  },
  {
    row: 5,
    tests: [
      ...SIMULATION,
      ...BROKER_AWAY,
      ...named("core/log/kafka-log.test.ts", [
        "an append to a broker that stays away fails as unavailable",
      ]),
    ],
  },
  {
    row: 6,
    tests: [
      ...SIMULATION,
      ...caught("a store without its fence", 30),
      ...named("test/storms/storms.test.ts", [
        "members that join and leave every two seconds lose and double nothing",
      ]),
    ],
  },
  {
    row: 7,
    tests: [
      ...SIMULATION,
      ...named("ingest/apply-batch.test.ts", [
        "the batch of an owner that was overtaken is refused and writes nothing",
      ]),
      ...named("test/storms/storms.test.ts", [
        "an owner that was stopped past its session writes nothing when it goes on",
      ]),
      ...UNFENCED,
    ],
  },
  {
    row: 8,
    tests: [
      ...SIMULATION,
      ...caught("a dedupe window that is off by one", 200),
      ...caught("a dedupe window that forgets an event that is not late yet", 200),
      ...named("ingest/apply-batch.test.ts", [
        "duplicates leave the state that the log has without them",
      ]),
    ],
  },
  {
    row: 9,
    tests: [
      ...named("ingest/apply-batch.test.ts", [
        "late events inside the tolerance step, and beyond it are counted and dropped",
      ]),
      ...named("ingest/replay-equality.test.ts", [
        "the counts say what happened to each record of the log exactly once",
      ]),
      ...caught("a late check that is dropped", 30),
    ],
  },
  {
    row: 10,
    tests: [
      ...named("ingest/apply-batch.test.ts", [
        "what is no event is a dead letter that says where and why, and ingest goes on",
        "nothing is committed when the dead letters cannot be written",
      ]),
      ...named("ingest/decode.test.ts", [
        "a truncated event is refused or lacks only what was cut off, never more",
      ]),
      ...caught("letters that are written after the commit", 100),
    ],
  },
  {
    row: 11,
    tests: named("ingest/apply-batch.test.ts", [
      "a kind and a field of a newer version are no dead letters",
    ]),
  },
  {
    row: 12,
    tests: [
      ...named("ingest/apply-batch.test.ts", [
        "impossible times are dead letters and neither end a session nor age the state",
      ]),
      ...named("ingest/decode.test.ts", [
        "a time more than a day after the record entered the log is refused",
      ]),
    ],
  },
  {
    row: 13,
    tests: named("ingest/apply-batch.test.ts", [
      "an id of a megabyte is refused before the store, and its letter is cut",
    ]),
  },
  {
    row: 14,
    tests: [
      ...named("ingest/apply-batch.test.ts", [
        "an unknown track is counted and the session goes on",
      ]),
      ...named("core/state/advance.test.ts", ["an unknown track steps on the zero vector"]),
    ],
  },
  {
    row: 15,
    tests: named(
      "core/log/kafka-log.test.ts",
      ["GZIP", "Snappy", "LZ4", "ZSTD"].map(
        (codec) => `batches that a producer compressed with ${codec} are read`,
      ),
    ),
  },
  {
    row: 16,
    tests: named("ingest/decode.test.ts", ["a message that nests without end is refused"]),
  },
  {
    row: 17,
    tests: [
      ...SIMULATION,
      ...named("ingest/consume.test.ts", [
        "records that the log gave up are counted, reported and passed over",
        "a topic that was made anew is read from its beginning, with nothing skipped",
        "a jump that another owner has made is not made again",
      ]),
      ...named("core/log/kafka-log.test.ts", [
        "a record that retention takes from under a slow reader is reported",
      ]),
    ],
  },
  {
    row: 18,
    tests: named("ingest/added-partitions-kafka.test.ts", [
      "partitions that are added are read from their beginning, and no play is lost",
    ]),
  },
  {
    row: 19,
    tests: [
      ...named("test/two-hosts.test.ts", [
        "hosts that join, leave and are killed pass on every partition, whole",
      ]),
      ...named("test/storms/end-hosts.test.ts", [
        "a host that is ended whole under load is taken over, and nothing is lost",
      ]),
      ...named("core/log/kafka-fenced-log.test.ts", [
        "a writer is refused once another was opened, and its last words are not read",
      ]),
      ...named("ingest/changelog/keep-changelog.test.ts", [
        "a host that gains a partition goes on from the changelog, to the same bytes",
        "what was applied and not written before a crash is written by the next owner",
        "an owner that was overtaken is shut out, and what it writes late is never read",
        "what retention takes after a host's look at the log is found in the changelog",
        "a copy that is interrupted anywhere is taken again, and loses nothing",
        "a host that follows a partition has all of it before it gains it",
      ]),
      ...named("ingest/changelog/move-partitions.test.ts", [
        "an owner that follows its successor keeps what it has until it has more",
        "what a host left is removed once its successor has written, and not before",
      ]),
      ...named("test/shared-listeners.test.ts", [
        "while partitions move, lists of either host are the owner's or a copy's",
      ]),
      ...named("scorer/owners/owners.test.ts", [
        "where the owner does not answer, this host's copy does, and says so",
        "an owner that has nothing yet waits for it, and says when it came in vain",
        "where the owner is gone a copy that its host has not announced yet is found",
      ]),
    ],
  },
  {
    row: 20,
    tests: [
      ...SIMULATION,
      ...named("core/state/lmdb-store.test.ts", [
        "a full disk refuses commits whole and does not end the process",
      ]),
      ...caught("a write that failed and is taken for done", 30),
    ],
  },
  {
    row: 21,
    tests: [
      ...named("core/state/damaged-store.test.ts", [
        "a damaged store is found out, or reads as it was written",
      ]),
      ...named("ingest/open-state.test.ts", [
        "a damaged store is set aside, and the log makes the same one again",
        "another store's file is refused by whoever opens it",
      ]),
    ],
  },
  {
    row: 22,
    tests: [
      ...named("cli/process-pair.test.ts", [
        "who dies inside of LMDB is started again alone, and the store is made anew",
      ]),
      ...named("core/state/lmdb-reader.test.ts", [
        "a file that is cut short under a reader is refused, and its end not touched",
      ]),
    ],
  },
  {
    row: 23,
    tests: [
      ...named("ingest/end-old-readers.test.ts", [
        "without a watch a stopped reader makes the file grow by all that is written",
        "what a killed reader held is used again, whatever is written",
        "a stopped reader is ended before the file is half as large again",
      ]),
      ...named("ingest/judge-readers.test.ts", [
        "a snapshot is overdue once it is old and the file has grown for its sake",
      ]),
      ...named("core/state/check-while-written.test.ts", [
        "a look at a store that grows meanwhile is given up, and ends when it is quiet",
      ]),
    ],
  },
  {
    row: 24,
    tests: named("core/state/snapshot.test.ts", [
      "a hundred backups during writes each equal a replay up to their offset",
      "a damaged snapshot is never restored",
    ]),
  },
  {
    row: 25,
    tests: [
      ...named("core/bundle/damaged-bundle.test.ts", [
        "every single fault in any file of a bundle is refused",
      ]),
      ...refusedWhileServing([
        "an empty graph",
        "a graph that is cut",
        "a graph of chance",
        "a bit that is flipped",
      ]),
    ],
  },
  {
    row: 26,
    tests: [
      ...named(
        "core/bundle/open-bundle.test.ts",
        ["another hidden size", "a track too few", "two equal ids", "NaN weights"].map(
          (what) => `a bundle with ${what} is refused though its hashes are right`,
        ),
      ),
      ...refusedWhileServing(["another hidden size", "vectors of NaN"]),
    ],
  },
  {
    row: 27,
    tests: [
      ...named("core/bundle/check-graph.test.ts", [
        "a bundle whose graph names a file outside is refused before the graph is loaded",
        "a graph that points into memory is refused",
      ]),
      ...refusedWhileServing(["a file of another folder"]),
    ],
  },
  {
    row: 28,
    tests: named("test/hot-swap.test.ts", [
      "a hundred swaps under load fail no call and keep memory flat",
      "going back serves the bundle before, and going back again the one after",
    ]),
  },
  {
    row: 29,
    tests: named("core/bundle/publish-bundle.test.ts", [
      "a publication that dies at any step leaves the old bundle or the new one, whole",
      "a first publication that dies before its last step shows no bundle",
      "a killed publisher leaves a bundle that opens",
    ]),
  },
  {
    row: 30,
    tests: [
      ...SIMULATION,
      ...named("ingest/no-clock.test.ts", [
        "nothing that decides about a listener's state asks a clock",
      ]),
      ...named("scorer/recommend.test.ts", [
        "a clock that is set back while a reply waits makes it wait no longer",
      ]),
      ...named("scorer/clock-jumps.test.ts", [
        "calls end by their deadline where the clock is set an hour back or forth",
      ]),
      ...named("core/log/kafka-heartbeats.test.ts", [
        "a member goes on to show that it lives when its clock is set back or forth",
      ]),
    ],
  },
  {
    row: 31,
    tests: [
      ...floods(["what a client does not read is bounded, and its streams are reset"]),
      ...named("scorer/unread-streams.test.ts", [
        "a stream that nobody reads is reset, and its neighbours are not",
        "a stream that is read slowly goes on",
      ]),
    ],
  },
  {
    row: 32,
    tests: named("scorer/requests.test.ts", [
      "what a request has wrong is refused with the wire's name of the field",
      "the limits themselves are taken",
    ]),
  },
  {
    row: 33,
    tests: [
      ...named("scorer/unary.test.ts", [
        "a call that nobody waits for any more is dropped before any work",
      ]),
      ...named("scorer/serve.test.ts", ["a caller that goes while it waits is not scored for"]),
    ],
  },
  {
    row: 34,
    tests: [
      ...named("scorer/overload.test.ts", [
        "of far more calls than it bears, a scorer refuses some at once",
      ]),
      ...named("scorer/admission.test.ts", [
        "a call that would wait past its deadline is refused, and told when to come again",
        "calls that come when many wait are begun in a hurry, and the last ones most",
      ]),
      ...named("scorer/hurry.test.ts", [
        "a list in a hurry goes without the dearest first, says so, and is never empty",
      ]),
      ...named("bench/overload.test.ts", [
        "under twice its load a scorer answers, and it is told how much and how whole",
      ]),
    ],
  },
  {
    row: 35,
    tests: floods(["ten thousand idle and half-open connections are capped"]),
    owed: "a good client's p99 within 1.5 times of a quiet one's: it is printed, and not held",
  },
  {
    row: 36,
    tests: floods([
      "a client that resets what it asks for, again and again, is ended",
      "a client that floods with pings and reads no answer is ended",
      "a client that floods with settings and reads no answer is ended",
    ]),
  },
  {
    row: 37,
    tests: [
      ...named("scorer/serve.test.ts", [
        "a message that is no request is refused as the caller's fault",
      ]),
      ...floods(["malformed frames and messages get an answer or an end, and the scorer lives"]),
    ],
  },
  {
    row: 38,
    tests: [
      ...named("scorer/serve.test.ts", [
        "a message over the limit is refused and the server lives",
      ]),
      ...floods(["a message that unpacks to too much is refused in little memory"]),
    ],
  },
  {
    row: 39,
    tests: named("scorer/access/certificates.test.ts", [
      "of twelve that show a wrong certificate, or none, not one is let in",
      "exchanged files serve the next handshake, and drop no call under way",
      "files that do not belong together change nothing, and are noticed",
    ]),
  },
  {
    row: 40,
    tests: named("scorer/access/access.test.ts", [
      "every method wants a role, and one that nobody thought of wants an operator's",
      "over roles, methods and tenants a call passes with the right token",
      "an event of another tenant that hides among one's own is refused",
      "no token, or one that is forged, spent or meant for others, is no token",
      "a token of two tenants' names at once is no token",
    ]),
  },
  {
    row: 41,
    tests: named("scorer/server.test.ts", [
      "a scorer that is told to end under load fails no call, and exits with 0",
      "a drain reports NOT_SERVING before it ends",
    ]),
  },
  {
    row: 42,
    tests: [
      ...named("ingest/watchdog.test.ts", [
        "a wedged consumer is stalled and then lost, although its client is not silent",
        "a batch that fails again and again is stalled, and never lost",
        "what is lost by custom is gone within half a minute",
      ]),
      ...named("test/wedged-ingest.test.ts", [
        "ingest that is stuck in a batch is not ready, then ends by itself",
      ]),
      ...named("test/wedged-consumer.test.ts", [
        "Kafka: ingest whose consumer stopped is not ready, ends, and loses nothing",
      ]),
    ],
  },
  {
    row: 43,
    tests: [
      ...SIMULATION,
      ...named("ingest/apply-batch.test.ts", [
        "a tombstone leaves nothing, and what comes after it is a new listener",
        "a tombstone that was applied stays applied when its batch comes again",
      ]),
      ...caught("a forgotten listener whose record stays", 30),
      ...named("core/state/snapshot.test.ts", [
        "no byte of a forgotten listener is in a snapshot, nor in a store made of it",
      ]),
      ...named("ingest/changelog/keep-changelog.test.ts", [
        "nothing of a forgotten listener is left in the changelog or on another host",
      ]),
      ...named("ingest/forgotten.test.ts", [
        "erased, no replay, restored backup or compacted store has a byte of them",
      ]),
      ...named("scorer/experiments/recommendation-log.test.ts", [
        "a list is in the log as it was sent, and under its listener's hash",
      ]),
    ],
  },
  {
    row: 44,
    tests: [
      ...SIMULATION,
      ...named("test/metrics.test.ts", [
        "neither metrics nor logs hold an id of a listener, a track or an event",
      ]),
    ],
  },
  {
    row: 45,
    tests: [
      ...named("bench/soak.test.ts", [
        "a short soak fails no good request, refuses the bad ones, and prints slopes",
      ]),
      ...named("bench/memory-slope.test.ts", [
        "the interval holds the slope of noise in about 95 of 100 cases",
      ]),
    ],
    owed: "memory within 1 MB an hour over weeks: `bench -- soak` prints that of half an hour",
  },
  {
    row: 46,
    tests: [
      ...named("core/state/record-codec.test.ts", [
        "the bytes of format 3 are the golden ones",
        "a record of format 1 is read as what it would be in format 3",
        "a record of format 2 is read as what it would be in format 3",
      ]),
      ...named("core/bundle/open-bundle.test.ts", [
        "the committed bundle of format 1 opens, and its id is what it always was",
      ]),
      ...named("ingest/open-state.test.ts", [
        "a store whose records are of format 2 opens whole, and ingest goes on",
        "a store of records too new for this version is set aside, and the log heard",
      ]),
      ...named("ingest/changelog/newer-records.test.ts", [
        "a host too old for the changelog's records hears the log, and loses nothing",
      ]),
      ...named("ingest/apply-batch.test.ts", [
        "a kind and a field of a newer version are no dead letters",
      ]),
      ...named("deploy/check/compare-with-last-tag.test.ts", [
        "clients of the first contracts are understood, and a changed field is named",
      ]),
    ],
  },
  {
    row: 47,
    tests: named("test/supply-chain.test.ts", [
      "every package is locked to the hash of its bytes in a registry",
      "of every package with an installation script it is stated whether that may run",
      "a bill of materials names every package with the hash of its bytes",
    ]),
    owed: "known holes: the registry has to be asked for its advisories (`npm audit`)",
  },
];

function named(file: string, names: readonly string[]): RowTest[] {
  return names.map((name) => ({ file, name }));
}

function caught(mutant: string, seeds: number): RowTest[] {
  return named("test/simulation/mutants.test.ts", [`${mutant} is caught within ${seeds} seeds`]);
}

function refusedWhileServing(faults: readonly string[]): RowTest[] {
  return named(
    "test/hot-swap.test.ts",
    faults.map((fault) => `a running scorer refuses a bundle with ${fault} and serves on`),
  );
}

function floods(names: readonly string[]): RowTest[] {
  return named("test/floods/floods.test.ts", names);
}
