/** A script may say more of a run that it has made after that one's end, but not after its own: then they are looked at once more. */

import { type Run, terminalStates } from "../model/run.ts";
import { type Look, type LookParts, lookAt } from "./look.ts";

/** Looks at the ended runs that the script of a run has made, one after the other. */
export async function* lookAtMade(
  id: string,
  parts: LookParts,
): AsyncGenerator<{ readonly run: Run; readonly look: Look }> {
  const { store, compute } = parts;
  const ended = await store.runs.list({ madeBy: id, states: [...terminalStates], limit: 10_000 });
  if (ended.length === 0) return;
  const seen = await compute.observe(ended.map(({ directory }) => directory));
  for (const [at, run] of ended.entries()) {
    const observation = seen[at];
    if (observation !== undefined) yield { run, look: await lookAt(run, observation, parts) };
  }
}

/** Was it made by the script of another run? */
export function isMade({ id, tags }: Run): boolean {
  return (tags["runline.run"] ?? id) !== id;
}
