/** This machine: the local transport with the direct scheduler. */

import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { runFile } from "../../model/journal.ts";
import { isRunId } from "../../model/runId.ts";
import type { Compute } from "../compute.ts";
import { errorCode, readSlice, writeFailure } from "./boundedFile.ts";
import { cancelLocally } from "./cancel.ts";
import { activated, cleanEnvironment } from "./environment.ts";
import { findInterpreter } from "./interpreter.ts";
import { launchLocally, prepareLocally } from "./launch.ts";
import { readSegmented } from "./logSegments.ts";
import { observeLocally } from "./observe.ts";
import { findProgram } from "./program.ts";
import { watchLocally } from "./watch.ts";

/** `recorder`: path of recorder.pyz, or of the recorder's source folder. `inherited`: the environment that scripts start from. */
export function localCompute(
  recorder: string,
  inherited: Readonly<Record<string, string | undefined>> = process.env,
): Compute {
  const plain = cleanEnvironment(inherited);
  return {
    host: "here",
    prepare: prepareLocally,
    launch: (launch) => launchLocally(launch, recorder),
    observe: observeLocally,
    read: (directory, file, offset, length) =>
      (file === runFile.log ? readSegmented : readSlice)(join(directory, file), offset, length),
    cancel: cancelLocally,
    watch: watchLocally,
    list: listLocally,
    discard: discardLocally,
    environment: (interpreter) => (interpreter === null ? plain : activated(plain, interpreter)),
    program: (word, cwd) => findProgram(word, cwd, plain),
    interpreter: (wish) => findInterpreter(wish, plain),
    look: lookLocally,
  };
}

async function listLocally(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((thrown: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(thrown))) return [];
    throw thrown;
  });
  return names
    .filter(isRunId)
    .sort()
    .map((name) => join(folder, name));
}

async function discardLocally(directory: string): Promise<void> {
  const name = basename(directory);
  if (!isRunId(name)) throw new RangeError(`${directory} is no run directory`);
  // Renamed first: a directory that is half removed must not be taken for a run.
  const aside = join(dirname(directory), `.${name}.removed`);
  try {
    await rename(directory, aside);
  } catch (thrown) {
    if (errorCode(thrown) !== "ENOENT") throw writeFailure(directory, thrown);
  }
  await rm(aside, { recursive: true, force: true });
}

async function lookLocally(path: string): Promise<"file" | "folder" | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? "folder" : "file";
}
