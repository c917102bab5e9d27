import { RunlineError } from "../../model/failure.ts";
import { deleteRuns, purgeRuns, restoreRuns } from "../../ops/deleteRun.ts";
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

/** Lets go of deleted runs for good. */
export const purge: Command = {
  summary: "remove deleted runs for good, with their files",
  usage: "[options]",
  words: [0, 0],
  options: {
    older: {
      type: "string",
      value: "<days>",
      help: "only runs deleted at least so many days ago (default: all deleted runs)",
    },
  },
  details: `Runs that a model was registered from are kept. The editor does the same with --older 7 whenever it opens a folder.

With --json: {"purged": how many}.`,
  async run({ project, terminal, json, text }) {
    const days = Number(text("older") ?? "0");
    if (!Number.isFinite(days) || days < 0 || text("older")?.trim() === "")
      throw new RunlineError("usage", { cause: `“${plain(text("older") ?? "")}” is no number of days.` });
    const store = await project.store.existing();
    // Deleted in this very millisecond counts too.
    const before = days === 0 ? Number.MAX_SAFE_INTEGER : project.clock() - days * 24 * 60 * 60 * 1_000;
    const purged = store === null ? 0 : await purgeRuns(before, { ...project, store });
    await terminal.out(json ? jsonText({ purged }) : `removed ${purged} ${purged === 1 ? "run" : "runs"}\n`);
    return exitCode.done;
  },
};

async function printed({ terminal, json }: Call, ids: readonly string[], what: string): Promise<number> {
  await terminal.out(json ? jsonText(ids) : `${what}: ${ids.map(plain).join(" ")}\n`);
  return exitCode.done;
}
