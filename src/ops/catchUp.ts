/** Bringing a store up to date at once. */

import { adopt } from "./adopt.ts";
import { begunAnew } from "./begunAnew.ts";
import type { Layout } from "./layout.ts";
import { activeStates, type LookParts, lookAt } from "./look.ts";

/**
 * One look at everything, for a program that does not stay: afterwards the store says what the disk and the machine say. Answers why runs could not be taken in; the others are.
 */
export async function catchUp(parts: LookParts & { readonly layout: Layout }): Promise<readonly unknown[]> {
  const { store, compute, layout } = parts;
  await adopt(await compute.list(layout.runs), store, compute);
  const active = await store.runs.list({ states: activeStates, limit: 10_000 });
  const seen = await compute.observe(active.map((run) => run.directory));
  const troubles: unknown[] = [];
  const tell = (thrown: unknown) => void troubles.push(thrown);
  for (const { run, seen: later } of await begunAnew(parts)) await lookAt(run, later, parts).catch(tell);
  for (const [index, run] of active.entries()) {
    const observation = seen[index];
    if (observation === undefined) continue;
    await lookAt(run, observation, parts).catch(tell);
  }
  return troubles;
}
