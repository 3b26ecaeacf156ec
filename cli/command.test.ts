import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Command,
  helpText,
  readCommandLine,
  splitCommandLine,
  UsageError,
} from "./command.ts";
import type { Surroundings } from "./settings.ts";

const sing: Command = {
  usage: "SONG --key K [--loud]",
  words: { least: 1, most: 1 },
  options: {
    key: { type: "text", help: "the key to sing in", required: true },
    verses: { type: "number", help: "how many verses", default: 3 },
    loud: { type: "flag", help: "louder" },
  },
  async run() {},
};

function parse(args: readonly string[], around?: Surroundings) {
  const line = splitCommandLine(sing, args);
  return { words: line.words, ...readCommandLine("sing", sing, line, around) };
}

test("options and words are read as the command declares them", () => {
  const { options, words } = parse(["yesterday", "--key", "F", "--loud"]);
  assert.deepEqual(words, ["yesterday"]);
  assert.equal(options.text("key"), "F");
  assert.equal(options.number("verses"), 3);
  assert.equal(options.flag("loud"), true);
  assert.equal(options.textIfGiven("verses"), "3");
});

const WRONG: Readonly<Record<string, readonly [string[], RegExp]>> = {
  "a required option that is missing": [["song"], /--key is missing/],
  "an option that nobody knows": [["song", "--key", "F", "--tempo", "9"], /--tempo/],
  "a word too few": [["--key", "F"], /too few words/],
  "a word too many": [["one", "two", "--key", "F"], /unexpected word "two"/],
};
for (const [what, [args, message]] of Object.entries(WRONG)) {
  test(`${what} is a usage error that names it`, () => {
    assert.throws(
      () => parse(args),
      (error: Error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test("a number that is none is a usage error that names the option", () => {
  const { options } = parse(["song", "--key", "F", "--verses", "many"]);
  assert.throws(() => options.number("verses"), /--verses must be a number, not "many"/);
});

test("help names every option with its default and needs no required one", () => {
  assert.equal(splitCommandLine(sing, ["--help"]).help, true);
  const entry = { name: "sing", summary: "Sing a song", load: async () => sing };
  const text = helpText(entry, sing);
  for (const part of [
    "--key TEXT",
    "(required)",
    "--verses N",
    "(default 3)",
    "--loud",
    "--help",
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test("what the line leaves open comes from the environment, then from the file", () => {
  const file = { path: "f", shared: { key: "G", verses: 7 }, byCommand: { sing: { loud: true } } };
  const around = { environment: { SEGUE_KEY: "C" }, file };
  const { options, settings } = parse(["song"], around);
  assert.deepEqual([options.text("key"), options.number("verses")], ["C", 7]);
  assert.equal(options.flag("loud"), true);
  assert.equal(parse(["song", "--no-loud"], around).options.flag("loud"), false);
  assert.equal(settings.get("loud")?.place, "sing.loud in f");
});

test("a wrong number is named by the place that it came from", () => {
  const { options } = parse(["song", "--key", "F"], { environment: { SEGUE_VERSES: "many" } });
  assert.throws(() => options.number("verses"), /SEGUE_VERSES must be a number, not "many"/);
});
