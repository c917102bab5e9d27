import { deleteRuns, restoreRuns } from "../../ops/deleteRun.ts";
import { findRun } from "../../ops/findRun.ts";
import { type Call, type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";
import { plain } from "./text.ts";

/** Takes runs out of sight. */
export const deleteCommand: Command = {
  summary: "delete runs; their files stay until they are purged, and restore brings them back",
  usage: "[options] <run>…",
  words: [1, 1_000],
  options: {},
  details: "It deletes all of them or none. With --json: an array of the ids.",
  async run(call) {
    const store = await call.project.store.existing();
    const found = [];
    for (const word of call.words) found.push(await findRun(word, store));
    const ids = [...new Set(found.map((run) => run.id))];
    await deleteRuns(ids, await call.project.store.needed(), call.project.clock);
    return printed(call, ids, `deleted ${found.map((run) => plain(run.name)).join(", ")}`);
  },
};

/** Brings deleted runs back. */
export const restore: Command = {
  summary: "bring deleted runs back",
  usage: "[options] <id>…",
  words: [1, 1_000],
  options: {},
  details: "Deleted runs are named by their whole id, as delete prints it. With --json: an array of the ids.",
  async run(call) {
    await restoreRuns(call.words, await call.project.store.needed());
    return printed(call, call.words, "restored");
  },
};

async function printed({ terminal, json }: Call, ids: readonly string[], what: string): Promise<number> {
  await terminal.out(json ? jsonText(ids) : `${what}: ${ids.map(plain).join(" ")}\n`);
  return exitCode.done;
}
