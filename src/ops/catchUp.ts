/** Bringing a store up to date at once. */

import type { Observation } from "../compute/compute.ts";
import { type Run, terminalStates } from "../model/run.ts";
import { adopt } from "./adopt.ts";
import { begunAnew } from "./begunAnew.ts";
import type { Layout } from "./layout.ts";
import { activeStates, type LookParts, lookAt } from "./look.ts";
import { isMade, lookAtMade } from "./lookAtMade.ts";

/**
 * One look at everything, for a program that does not stay: afterwards the store says what the disk and the machine say. `atOnce` runs
 * are looked at together, however many there are. Answers why runs could not be taken in; the others are.
 */
export async function catchUp(
  parts: LookParts & { readonly layout: Layout },
  atOnce = 10_000,
): Promise<readonly unknown[]> {
  const { store, compute, layout } = parts;
  await adopt(await compute.list(layout.runs), store, compute);
  const troubles: unknown[] = [];
  const tell = (thrown: unknown) => void troubles.push(thrown);
  const look = async (run: Run, seen: Observation) => {
    const { state } = await lookAt(run, seen, parts);
    // Of a run that was not looked at before nothing was read too early; and what was made by another one's script has made nothing.
    if (run.state === "unknown" || !terminalStates.has(state) || isMade(run)) return;
    for await (const _ of lookAtMade(run.id, parts));
  };
  for (const { run, seen } of await begunAnew(parts)) await look(run, seen).catch(tell);
  const looked = new Set<string>();
  for (;;) {
    // Those that are over now make room in the list for others; those that are not come again.
    const limit = looked.size + atOnce;
    const active = (await store.runs.list({ states: activeStates, limit })).filter(
      ({ id }) => !looked.has(id),
    );
    if (active.length === 0) return troubles;
    const seen = await compute.observe(active.map((run) => run.directory));
    for (const [index, run] of active.entries()) {
      looked.add(run.id);
      const observation = seen[index];
      if (observation !== undefined) await look(run, observation).catch(tell);
    }
  }
}
