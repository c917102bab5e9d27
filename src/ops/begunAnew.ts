/** Runs that had ended and were begun anew since: requeued by whoever runs the cluster, or by hand. */

import type { Compute, Observation } from "../compute/compute.ts";
import { type Run, terminalStates } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import type { LookParts } from "./look.ts";

/** After this time an end is taken for one, unless its machine says otherwise; and only so many are looked at. */
const lateMs = 30 * 60_000;
const most = 50;
/** A word whose attempt does not show after so many looks was left by one that came to nothing. */
const enoughLooks = 20;

export interface Anew {
  readonly run: Run;
  readonly seen: Observation;
}

/** Words of machines that nothing more is to be made of, by how often they were looked after. Kept by who stays. */
export type Heard = Map<string, number>;

/**
 * Those whose machine shows a later attempt than the one that has ended, with what it shows. Looked at are the last ends, and whatever a
 * machine has word of, however long ago that one ended.
 */
export async function begunAnew(
  { store, compute, clock }: LookParts,
  heard: Heard = new Map(),
): Promise<readonly Anew[]> {
  const since = clock() - lateMs;
  const ended = await store.runs.list({ states: [...terminalStates], limit: most });
  const lately = ended.filter((run) => (run.ended ?? run.asOf) > since);
  const told = await toldAnew(store, compute, heard);
  const all = [...new Map([...lately, ...told].map((run) => [run.id, run])).values()];
  if (all.length === 0) return [];
  const seen = await compute.observe(all.map(({ directory }) => directory));
  return all.flatMap((run, at) => {
    const now = seen[at];
    return now !== undefined && isAnew(run, now) ? [{ run, seen: now }] : [];
  });
}

/** Is there a word of a machine that was not looked after yet? */
export function hasWord(compute: Compute, heard: Heard): boolean {
  return unheard(compute, heard).length > 0;
}

/**
 * One that could not begin again has no start record, and its end says so. A job that had been given up may begin after all; and one that a script
 * has made was taken for lost while another process took its recorder's place.
 */
function isAnew(run: Run, seen: Observation): boolean {
  const { start, exit, slurm } = seen;
  const attempt = Math.max(start?.attempt ?? 0, exit?.reason === "not_started" ? exit.attempt : 0);
  if (attempt > run.attempt || (slurm != null && run.started === null && start !== null)) return true;
  const isMade = start !== null && start.pid === 0 && start.recorder_pid !== 0;
  return run.state === "lost" && isMade && (exit !== null || seen.recorderAlive);
}

async function toldAnew(store: Store, compute: Compute, heard: Heard): Promise<readonly Run[]> {
  const words = new Map(unheard(compute, heard).map((word) => [word.id, word]));
  if (words.size === 0) return [];
  const rows = await store.runs.list({ ids: [...words.keys()], limit: words.size });
  const known = new Map(rows.map((run) => [run.id, run]));
  for (const { id, key, attempt } of words.values()) {
    const run = known.get(id);
    const isPast = run === undefined || run.attempt >= attempt;
    heard.set(key, isPast ? enoughLooks : (heard.get(key) ?? 0) + 1);
  }
  // A host has no say about runs of another one.
  return rows.filter(({ id, state, attempt, directory }) => {
    const word = words.get(id);
    return terminalStates.has(state) && word?.directory === directory && word.attempt > attempt;
  });
}

function unheard(compute: Compute, heard: Heard) {
  return (compute.begunAgain?.() ?? [])
    .map(({ directory, attempt }) => ({
      ...{ directory, attempt, id: directory.slice(directory.lastIndexOf("/") + 1) },
      key: `${directory} ${attempt}`,
    }))
    .filter(({ key }) => (heard.get(key) ?? 0) < enoughLooks);
}
