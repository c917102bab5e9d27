/** Runs that had ended and were begun anew since: requeued by whoever runs the cluster, or by hand. */

import type { Observation } from "../compute/compute.ts";
import { type Run, terminalStates } from "../model/run.ts";
import type { LookParts } from "./look.ts";

/** After this time an end is taken for one; and only so many are looked at. */
const lateMs = 30 * 60_000;
const most = 50;

/** Those whose machine shows a later attempt than the one that has ended, with what it shows. */
export async function begunAnew({
  store,
  compute,
  clock,
}: LookParts): Promise<readonly { readonly run: Run; readonly seen: Observation }[]> {
  const since = clock() - lateMs;
  const ended = await store.runs.list({ states: [...terminalStates], limit: most });
  const lately = ended.filter((run) => run.ended !== null && run.ended > since);
  if (lately.length === 0) return [];
  const all = await compute.observe(lately.map(({ directory }) => directory));
  return lately.flatMap((run, at) => {
    const seen = all[at];
    return (seen?.start?.attempt ?? 0) > run.attempt && seen !== undefined ? [{ run, seen }] : [];
  });
}
