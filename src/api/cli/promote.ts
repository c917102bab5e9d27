import { RunlineError } from "../../model/failure.ts";
import { promoteThere } from "../../ops/mlflowPromote.ts";
import { promote as setAlias } from "../../ops/promote.ts";
import { removeAlias } from "../../ops/removeAlias.ts";
import { championAlias } from "../../ops/scriptHistory.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";
import { serverDetails, serverOf, serverOption } from "./teamOption.ts";
import { plain } from "./text.ts";

/** Points an alias of a model at a version. */
export const promote: Command = {
  summary: "set or move an alias of a model",
  usage: "[options] <model> <version> --reason <text>",
  words: [2, 2],
  options: {
    alias: { type: "string", short: "a", value: "<name>", help: `the alias (default ${championAlias})` },
    reason: { type: "string", short: "r", value: "<text>", help: "why; kept in the audit log" },
    expected: {
      type: "string",
      value: "<version>",
      help: "do it only if the alias is on this version now (“none”: on no version)",
    },
    server: serverOption,
  },
  details: `${serverDetails}
With --json: {"model", "alias", "version", "previous"}; previous is null where the alias was free.`,
  async run(call) {
    const { project, terminal, json, words, text } = call;
    const [model = "", word = ""] = words;
    const version = versionNumber(word);
    const alias = text("alias") ?? championAlias;
    const expected = text("expected");
    const asked = {
      ...{ model, version, alias, reason: text("reason") ?? "", actor: await project.actor() },
      ...(expected === undefined ? {} : { expected: expected === "none" ? null : versionNumber(expected) }),
    };
    const server = serverOf(call);
    const { registry } = await project.store.needed();
    const { clock } = project;
    const { previous } =
      server === null
        ? await setAlias(asked, registry, clock)
        : await promoteThere(asked, server, { registry, clock });
    if (json) await terminal.out(jsonText({ model, alias, version, previous }));
    else await terminal.out(`${sentence(plain(model), plain(alias), version, previous)}\n`);
    return exitCode.done;
  },
};

/** Takes an alias away. */
export const unalias: Command = {
  summary: "remove an alias of a model",
  usage: "[options] <model> <alias> --reason <text>",
  words: [2, 2],
  options: {
    reason: { type: "string", short: "r", value: "<text>", help: "why; kept in the audit log" },
    server: serverOption,
  },
  details: `${serverDetails}
With --json: {"model", "alias", "previous"}.`,
  async run(call) {
    const { project, terminal, json, words, text } = call;
    const [model = "", alias = ""] = words;
    const asked = { model, alias, reason: text("reason") ?? "", actor: await project.actor() };
    const server = serverOf(call);
    const { registry } = await project.store.needed();
    const { clock } = project;
    const { previous } =
      server === null
        ? await removeAlias(asked, registry, clock)
        : await promoteThere({ ...asked, version: null }, server, { registry, clock });
    if (json) await terminal.out(jsonText({ model, alias, previous }));
    else if (previous === null) await terminal.out(`${plain(alias)} of ${plain(model)} was on no version.\n`);
    else
      await terminal.out(`${plain(alias)} of ${plain(model)} is removed; it was on version ${previous}.\n`);
    return exitCode.done;
  },
};

function sentence(model: string, alias: string, version: number, previous: number | null): string {
  const now = `${alias} of ${model} is version ${version}`;
  if (previous === version) return `${now} already; nothing was changed.`;
  return previous === null ? `${now}.` : `${now}; it was version ${previous}.`;
}

/** 4 from "4" or "v4". Throws `usage`. */
function versionNumber(text: string): number {
  const number = Number(text.replace(/^v/, ""));
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new RunlineError("usage", { cause: `“${plain(text)}” is no version; versions are 1, 2, 3 …` });
}
