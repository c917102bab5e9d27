import { RunlineError } from "../../model/failure.ts";
import type { RunEdit } from "../../model/run.ts";
import { editRun } from "../../ops/editRun.ts";
import { findRun } from "../../ops/findRun.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText, runJson } from "./json.ts";
import { plain } from "./text.ts";

/** Changes what a person may change about a run. */
export const edit: Command = {
  summary: "rename a run, or change its note, tags or star",
  usage: "[options] <run>",
  words: [1, 1],
  options: {
    name: { type: "string", value: "<text>", help: "a new name" },
    note: { type: "string", value: "<text>", help: "a note; empty removes it" },
    tag: { type: "string", value: "<key=value>", multiple: true, help: "set a tag" },
    untag: { type: "string", value: "<key>", multiple: true, help: "remove a tag" },
    star: { type: "boolean", help: "mark it with a star" },
    unstar: { type: "boolean", help: "take the star away" },
  },
  details: "With --json: the run afterwards, as in runline runs.",
  async run({ project, terminal, json, words: [name = ""], text, texts, flag }) {
    const run = await findRun(name, await project.store.existing());
    const tags = {
      ...Object.fromEntries(texts("untag").map((key) => [key, null])),
      ...setTags(texts("tag")),
    };
    const change: RunEdit = {
      ...(text("name") === undefined ? {} : { name: text("name") ?? "" }),
      ...(text("note") === undefined ? {} : { note: text("note") ?? "" }),
      ...(flag("star") || flag("unstar") ? { starred: flag("star") } : {}),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    };
    if (Object.keys(change).length === 0)
      throw new RunlineError("usage", { cause: "Nothing to change was given." });
    const changed = await editRun(run.id, change, await project.store.needed());
    await terminal.out(json ? jsonText(runJson(changed)) : `${plain(changed.name)} is changed.\n`);
    return exitCode.done;
  },
};

function setTags(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new RunlineError("usage", { cause: `A tag is key=value; “${plain(text)}” is not.` });
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
