import type { Command } from "../command.ts";
export const serve: Command = {
  name: "serve",
  summary: "",
  usage: "",
  options: {},
  async run() {},
};
