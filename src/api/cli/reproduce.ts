import { findRun } from "../../ops/findRun.ts";
import { reproduce as reproduceLine } from "../../ops/reproduce.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";

/** Prints the shell line that runs the same code again. */
export const reproduce: Command = {
  summary: "print the shell line that runs the same command in a checkout of the same code",
  usage: "[options] <run>",
  words: [1, 1],
  options: {},
  details: 'Nothing is run. With --json: {"id", "name", "command"}.',
  async run({ project, terminal, json, words: [name = ""] }) {
    const store = await project.store.existing();
    const run = await findRun(name, store);
    const command = await reproduceLine(run.id, store, project, project.layout.workspace);
    await terminal.out(json ? jsonText({ id: run.id, name: run.name, command }) : `${command}\n`);
    return exitCode.done;
  },
};
