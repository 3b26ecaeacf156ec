import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, helpText, parseCommandLine, UsageError } from "./command.ts";

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

test("options and words are read as the command declares them", () => {
  const { options, words, help } = parseCommandLine(sing, ["yesterday", "--key", "F", "--loud"]);
  assert.deepEqual([words, help], [["yesterday"], false]);
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
      () => parseCommandLine(sing, args),
      (error: Error) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test("a number that is none is a usage error that names the option", () => {
  const { options } = parseCommandLine(sing, ["song", "--key", "F", "--verses", "many"]);
  assert.throws(() => options.number("verses"), /--verses must be a number, not "many"/);
});

test("help names every option with its default and needs no required one", () => {
  assert.equal(parseCommandLine(sing, ["--help"]).help, true);
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
