/** Asking a run to end: a file that the recorder watches for. It works while nobody is connected and while the run still waits. */

import { open } from "node:fs/promises";
import { join } from "node:path";
import { runFile } from "../../model/journal.ts";
import { errorCode, writeFailure } from "./boundedFile.ts";
import { observeLocally } from "./observe.ts";

/** Makes the cancel file. Where that can't be (a full or read-only disk) the recorder is told by a signal instead. */
export async function cancelLocally(directory: string): Promise<void> {
  try {
    await (await open(join(directory, runFile.cancel), "wx", 0o600)).close();
  } catch (thrown) {
    const code = errorCode(thrown);
    if (code === "EEXIST" || code === "ENOENT") return;
    if (!(await signalRecorder(directory))) throw writeFailure(directory, thrown);
  }
}

/** The recorder takes SIGTERM for a cancel. True when a living recorder of this very run was told. */
async function signalRecorder(directory: string): Promise<boolean> {
  const [seen] = await observeLocally([directory]);
  const recorder = seen?.start?.recorder_pid ?? seen?.queue?.recorder_pid;
  if (seen === undefined || recorder === undefined || !seen.recorderAlive) return false;
  return process.kill(recorder, "SIGTERM");
}
