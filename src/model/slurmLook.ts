/** What two answers of a cluster, some time apart, say of the job of a run. Pure. */

import type { JobLook, SlurmJob, SlurmRecord } from "./slurm.ts";
import { type Accounts, isLast, jobOf } from "./slurmAnswer.ts";

/** One answer, read. */
export interface ClusterAnswer {
  readonly time: number;
  readonly queue: readonly SlurmJob[];
  /** Null: they could not be read, which says nothing about any job. */
  readonly accounts: Accounts | null;
}

/** How far apart two answers must be, in milliseconds, that are to agree. */
export interface Patience {
  /** On how a job has ended. */
  readonly endMs: number;
  /** On that it is not there; and so long after its submission. */
  readonly goneMs: number;
  readonly lateMs: number;
}

/** Both must say it: a controller that has just begun, or a database that catches up, says what is not so. */
export function jobLook(
  record: SlurmRecord,
  last: ClusterAnswer,
  before: ClusterAnswer | null,
  patience: Patience,
): JobLook {
  const job = knownJob(record, last);
  const apart = before === null ? 0 : last.time - before.time;
  const former = before === null ? null : knownJob(record, before);
  if (job === null) {
    const isLate = last.time - record.time >= patience.lateMs;
    const isTold = last.accounts !== null && before !== null && before.accounts !== null;
    const isOpen = last.accounts?.open.some(
      ({ name, index }) => name === record.name && index === record.index,
    );
    const settled = isTold && !isOpen && former === null && apart >= patience.goneMs && isLate;
    return { job, time: last.time, settled };
  }
  const same = former !== null && former.state === job.state && former.restarts === job.restarts;
  return { job, time: last.time, settled: isLast(job.state) && same && apart >= patience.endMs };
}

/** Own queue first; the accounts are asked only about what it knows no more. */
function knownJob({ name, index }: SlurmRecord, { queue, accounts }: ClusterAnswer): SlurmJob | null {
  return jobOf(queue, name, index) ?? jobOf(accounts?.ended ?? [], name, index);
}
