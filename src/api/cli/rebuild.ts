import { type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";

/** Makes the store anew. */
export const rebuild: Command = {
  summary: "make the store anew from the run directories; the old file is kept beside it",
  usage: "[options]",
  words: [0, 0],
  options: {},
  details: 'No editor may have the folder open meanwhile. With --json: {"runs": <count>}.',
  async run({ project, terminal, json }) {
    const { runs } = await project.rebuild();
    await terminal.out(json ? jsonText({ runs }) : `The store is made anew from ${runs} runs.\n`);
    return exitCode.done;
  },
};
