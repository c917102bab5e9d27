import { terminalStates } from "../../model/run.ts";
import { cancel as cancelRun } from "../../ops/cancel.ts";
import { findRun } from "../../ops/findRun.ts";
import { type Command, exitCode } from "./command.ts";
import { reachRun } from "./hosts.ts";
import { jsonText } from "./json.ts";
import { plain } from "./text.ts";

/** Asks a run to end. */
export const cancel: Command = {
  summary: "ask a run to end: SIGINT first, more force after the grace time",
  usage: "[options] <run>",
  words: [1, 1],
  options: {},
  details:
    'It does not wait for the end. With --json: {"id", "name", "asked"}; asked is false for a run that has ended.',
  async run(call) {
    const {
      project,
      terminal,
      json,
      words: [name = ""],
    } = call;
    const store = await project.store.existing();
    const found = await findRun(name, store);
    const asked = !terminalStates.has(found.state);
    await reachRun(found, call);
    await cancelRun(found.id, store, project.compute);
    const line = asked
      ? `${plain(found.name)} is asked to end.\n`
      : `${plain(found.name)} has ended already.\n`;
    await terminal.out(json ? jsonText({ id: found.id, name: found.name, asked }) : line);
    return exitCode.done;
  },
};
