/** The processes that keep the record of a run: its recorder, the pump, and the heir of a recorder that was killed. */

import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { Recording } from "../unit/recorder/recording.ts";
import { until } from "./stack.ts";

/** All of them carry the run's directory in their arguments. */
function keepers(run: Recording): readonly number[] {
  const named = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(run.directory);
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter(named)
    .map(Number);
}

export const nobody = (run: Recording) => until("nobody to be left", async () => keepers(run).length === 0);

/** Kills the recorder and its group once the script asks for it. */
export async function killRecorder(run: Recording): Promise<void> {
  await run.until("output.log", (text) => text.includes("KILL ME"));
  await run.until("start.json");
  const left = once(run.process as NonNullable<typeof run.process>, "exit");
  process.kill(-run.startRecord.recorder_pid, "SIGKILL");
  await left;
}
