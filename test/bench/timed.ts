/** How long something takes. */

import { median } from "./row.ts";

/** Milliseconds, and what came of it. */
export async function spent<T>(work: () => Promise<T>): Promise<readonly [ms: number, answer: T]> {
  const began = performance.now();
  const answer = await work();
  return [performance.now() - began, answer];
}

/** The middle of five, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < 5; at++) times.push((await spent(work))[0]);
  return median(times);
}
