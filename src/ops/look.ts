/** One look at a run: what its machine shows, what is new in its journal, and what of both is worth keeping. */

import type { Compute, Observation } from "../compute/compute.ts";
import type { JournalRecord } from "../model/journal.ts";
import type { Finding, Run, RunState } from "../model/run.ts";
import { silenceIn } from "../model/stall.ts";
import type { RunFacts, Store } from "../store/store.ts";
import { type Ingested, ingest } from "./ingest.ts";
import { factsOf, isJudgeable, isNews, isOver } from "./runFacts.ts";
import type { Stalls } from "./stalls.ts";

export interface LookParts {
  readonly store: Store;
  readonly compute: Compute;
  readonly clock: () => number;
  /** Of who stays with the runs; one look alone can't tell a pace. */
  readonly stalls?: Stalls;
}

export interface Look {
  readonly state: RunState;
  readonly reason: string | null;
  /** Transactions that this look has committed. */
  readonly writes: number;
  readonly kinds: ReadonlySet<JournalRecord["kind"]>;
  /** State or another fact of the run changed. */
  readonly news: boolean;
}

/** States in which there may be more to learn from the machine. */
export const activeStates = [
  "unknown",
  "queued",
  "running",
  "orphaned",
] as const satisfies readonly RunState[];

/** Takes in what `seen` shows. The order matters: the journal is read after the exit record was, so it is whole by then. */
export async function lookAt(run: Run, seen: Observation, parts: LookParts): Promise<Look> {
  const { store, clock } = parts;
  const judgeable = isJudgeable(seen);
  const over = judgeable && isOver(run, seen);
  const taken = await ingest(run, over, parts);
  let writes = taken.batches;
  if (!judgeable) return { state: run.state, reason: run.reason, writes, kinds: taken.kinds, news: false };
  const missing = over ? missingBytes(seen, taken.offset, clock()) : null;
  if (missing !== null && (await addFinding(run, missing, store))) writes += 1;
  const facts = await paced(run, seen, taken, over, parts);
  const news = isNews(run, facts);
  if (news) await store.runs.observe(run.id, facts);
  return {
    state: facts.state,
    reason: facts.reason,
    writes: writes + (news ? 1 : 0),
    kinds: taken.kinds,
    news,
  };
}

/** Who only comes by leaves standing what a window has said of a run that has not moved. */
async function paced(
  run: Run,
  seen: Observation,
  { kinds, batches }: Ingested,
  over: boolean,
  { stalls }: LookParts,
): Promise<RunFacts> {
  const facts = factsOf(run, seen, over, batches > 0);
  if (stalls !== undefined) return stalls.judged(run, seen, facts);
  const stays = facts.state === "running" && facts.reason === null && !kinds.has("metric");
  return stays && silenceIn(run.reason) !== null ? { ...facts, reason: run.reason } : facts;
}

/** The exit record says how much there must be. Less of it is a loss that a person should know; waiting would bring nothing. */
function missingBytes({ exit, logBytes }: Observation, offset: number, time: number): Finding | null {
  if (exit === null) return null;
  const lost = [
    { what: "journal", bytes: exit.journal_bytes - offset },
    { what: "output", bytes: exit.log_bytes - logBytes },
  ].filter(({ bytes }) => bytes > 0);
  if (lost.length === 0) return null;
  const text = lost.map(({ what, bytes }) => `${bytes} bytes of the ${what}`).join(" and ");
  return { code: "record.short", text: `The run wrote ${text} that are no longer there.`, time, line: null };
}

/** A finding of our own travels like those of the journal. False when another window moved the cursor: it says the same. */
async function addFinding(run: Run, finding: Finding, store: Store): Promise<boolean> {
  const cursor = await store.journal.cursor(run.id);
  const at = cursor ?? { offset: 0, line: 0, identity: "" };
  return store.journal.append(run.id, cursor, at, [], [finding]);
}
