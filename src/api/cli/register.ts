import { RunlineError } from "../../model/failure.ts";
import { formatBytes } from "../../model/format.ts";
import { copyFile } from "../../ops/copyFile.ts";
import { fileDigest } from "../../ops/fileDigest.ts";
import { findRun } from "../../ops/findRun.ts";
import { register as registerVersion } from "../../ops/register.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText, versionJson } from "./json.ts";
import { recordPath } from "./recordPath.ts";
import { plain } from "./text.ts";

/** Makes a file of a run the next version of a model. */
export const register: Command = {
  summary: "make a file of a run the next version of a model",
  usage: "[options] <run> <path> --model <name>",
  words: [2, 2],
  options: {
    model: { type: "string", short: "m", value: "<name>", help: "the model; it is made when it is new" },
  },
  details: `The path is one that runline show lists as kept or written. The same file of the same run twice is one version.

With --json: {"model", "version", "runId", "artifact", "digest", "bytes", "created", "actor", "aliases"}.`,
  async run({ project, terminal, json, folder, words: [name = "", path = ""], text }) {
    const model = text("model");
    if (model === undefined) throw new RunlineError("usage", { cause: "Which model? Give --model <name>." });
    const run = await findRun(name, await project.store.existing());
    const store = await project.store.needed();
    const { clock, compute, layout } = project;
    const known = new Set((await store.lineage.files(run.id)).map((file) => file.path));
    const version = await registerVersion(
      { runId: run.id, path: recordPath(path, folder, layout, known), model, actor: await project.actor() },
      { store, workspace: layout.workspace, compute, clock, digest: fileDigest, copy: copyFile },
    );
    const line = `${plain(model)} version ${version.version}: ${plain(version.artifact)} of ${plain(run.name)}`;
    await terminal.out(
      json ? jsonText(versionJson(version)) : `${line}, ${formatBytes(version.bytes)}, ${version.digest}\n`,
    );
    return exitCode.done;
  },
};
