import { Failure } from "../../core/domain/failure.ts";
import { DEAD_LETTER_TOPIC, type EventLog, LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { type DeadLetter, readDeadLetters, replayLetter } from "../../ingest/dead-letters.ts";
import { type Command, type CommandInput, UsageError } from "../command.ts";
import { DEFAULT_HOME } from "../home.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { drawTable } from "../table.ts";

export const dlq: Command = {
  usage: "list | show PARTITION/OFFSET | replay PARTITION/OFFSET… | replay --all",
  words: { least: 1, most: 1_000 },
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    json: { type: "flag", help: "print the list as JSON" },
    all: { type: "flag", help: "replay every letter" },
    ...LOG_OPTIONS,
  },
  async run(input) {
    const [what, ...places] = input.words;
    const deadLetters = await openLog(logChoice(input.options), DEAD_LETTER_TOPIC);
    try {
      const all = await lettersOf(deadLetters);
      if (what === "list") list(all, input);
      else if (what === "show") show(chosen(all, places, input));
      else if (what === "replay") await replay(chosen(all, places, input), input);
      else throw new UsageError(`cannot ${what} dead letters`);
    } finally {
      await deadLetters.close();
    }
  },
};

/** Letters that are looked at, the oldest of each partition. */
const LETTERS_MAX = 10_000;

async function lettersOf(deadLetters: EventLog): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const letter of readDeadLetters(deadLetters)) {
    if (letters.length === LETTERS_MAX) {
      process.stderr.write(`there are more than ${LETTERS_MAX} letters; these are the oldest\n`);
      break;
    }
    letters.push(letter);
  }
  return letters;
}

function list(letters: readonly DeadLetter[], { options }: CommandInput): void {
  if (options.flag("json")) {
    process.stdout.write(`${JSON.stringify(letters.map(headOf), null, 2)}\n`);
    return;
  }
  const columns = [{ title: "letter" }, { title: "record" }, { title: "bytes", right: true }];
  const rows = letters.map((letter) => {
    const { topic, partition, offset, valueBytes, reason } = letter;
    return [placeOf(letter), `${topic}/${partition}/${offset}`, String(valueBytes), reason];
  });
  process.stdout.write(drawTable([...columns, { title: "reason" }], rows));
}

function show(letters: readonly DeadLetter[]): void {
  for (const letter of letters) {
    const value = Buffer.from(letter.value);
    const shown = {
      ...headOf(letter),
      text: value.toString("utf8"),
      base64: value.toString("base64"),
    };
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  }
}

async function replay(letters: readonly DeadLetter[], { options }: CommandInput): Promise<void> {
  const log = await openLog(logChoice(options), LISTENING_TOPIC);
  try {
    const outcomes = [];
    for (const letter of letters) {
      outcomes.push({ letter: placeOf(letter), ...(await replayLetter(letter, log)) });
    }
    process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
  } finally {
    await log.close();
  }
}

function chosen(
  letters: readonly DeadLetter[],
  places: readonly string[],
  { options }: CommandInput,
): readonly DeadLetter[] {
  if (options.flag("all")) return letters;
  if (places.length === 0) throw new UsageError("name a letter as PARTITION/OFFSET, or say --all");
  return places.map((place) => {
    const letter = letters.find((one) => placeOf(one) === place);
    if (letter !== undefined) return letter;
    throw new Failure("bad_request", `there is no letter ${place}`, { field: "dlq" });
  });
}

function headOf(letter: DeadLetter) {
  const { value: _, letter: __, ...head } = letter;
  return { letter: placeOf(letter), ...head };
}

function placeOf({ letter: { partition, offset } }: DeadLetter): string {
  return `${partition}/${offset}`;
}
