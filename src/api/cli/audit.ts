import { RunlineError } from "../../model/failure.ts";
import { emptyVerdict } from "../emptyAudit.ts";
import { eventText } from "./auditEvent.ts";
import { type Command, exitCode } from "./command.ts";
import { auditJson, jsonText } from "./json.ts";
import { countOf } from "./runs.ts";
import { plain } from "./text.ts";

/** Lists the audit log of the registry, or checks it. */
export const audit: Command = {
  summary: "list the audit log of the models, or verify that nobody changed it",
  usage: "[options] list | verify",
  words: [1, 1],
  options: {
    limit: {
      type: "string",
      short: "n",
      value: "<count>",
      help: "list: at most this many, newest first (default 50)",
    },
  },
  details: `verify reads the whole chain again; exit code 1 says that an entry does not fit.

With --json: list prints an array of entries; verify prints {"entries", "head", "problem": {"sequence", "text"} or null}.`,
  async run({ project, terminal, json, words: [what = ""], text }) {
    const registry = (await project.store.existing())?.registry;
    if (what === "list") {
      const entries = (await registry?.audit(countOf(text("limit") ?? "50"))) ?? [];
      const lines = entries.map(
        ({ sequence, time, actor, event }) =>
          `${String(sequence).padStart(4)}  ${new Date(time).toISOString()}  ${plain(actor.name)}: ${eventText(event)}\n`,
      );
      await terminal.out(
        json ? jsonText(entries.map(auditJson)) : lines.join("") || "The audit log is empty.\n",
      );
      return exitCode.done;
    }
    if (what !== "verify")
      throw new RunlineError("usage", { cause: `audit ${plain(what)}? It is list or verify.` });
    const verdict = (await registry?.verify()) ?? emptyVerdict;
    if (json) await terminal.out(jsonText(verdict));
    if (verdict.problem !== null && !json)
      throw new RunlineError("auditBroken", {
        sequence: verdict.problem.sequence,
        cause: verdict.problem.text,
      });
    if (!json)
      await terminal.out(`The audit log is sound: ${verdict.entries} entries, head ${verdict.head}\n`);
    return verdict.problem === null ? exitCode.done : exitCode.failed;
  },
};
