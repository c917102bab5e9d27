/** The program `tensorboard` as people start it on a folder, asked for what its page draws. */

import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startProcess, waitForOutput } from "../../editor/childProcess.ts";

const pollMs = 20;
const limitMs = 300_000;

/** Points of a run as [wall time, step, value]. */
export type Scalars = readonly (readonly [number, number, number])[];

/**
 * Starts it and asks until every run has its last step. Answers the seconds from the start of the program to that moment, and the points
 * that its chart has then.
 */
export async function firstPicture(
  programs: string,
  folder: string,
  tag: string,
  runs: readonly string[],
  lastStep: number,
): Promise<{ readonly seconds: number; readonly runs: readonly Scalars[] }> {
  const began = performance.now();
  const running = startProcess(
    [path.join(programs, "tensorboard"), "--logdir", folder, "--host", "127.0.0.1", "--port", "0"],
    process.env,
    folder,
  );
  try {
    const [, address] = await waitForOutput(running, /(http:\/\/127\.0\.0\.1:\d+)/, 60_000);
    const found: Scalars[] = [];
    for (const run of runs) {
      const query = new URLSearchParams({ run, tag });
      found.push(await whole(`${address}/data/plugin/scalars/scalars?${query}`, lastStep, began));
    }
    return { seconds: (performance.now() - began) / 1000, runs: found };
  } finally {
    await running.stop();
  }
}

/** TensorBoard tells nobody when it has read on, so it has to be asked. */
async function whole(address: string, lastStep: number, began: number): Promise<Scalars> {
  for (;;) {
    const answer = await fetch(address);
    const points = answer.ok ? ((await answer.json()) as Scalars) : [];
    if (points.at(-1)?.[1] === lastStep) return points;
    if (performance.now() - began > limitMs)
      throw new Error(`TensorBoard did not read ${address} to its end.`);
    await pause(pollMs);
  }
}
