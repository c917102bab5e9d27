/**
 * The jobs of one cluster: asked with one query for all runs, seldom, and for all windows at once. A cluster that does not answer changes
 * nothing: what it said last only gets older.
 */

import { join } from "node:path";
import { partMark } from "../../model/hostLook.ts";
import type { JobLook, SlurmJob, SlurmRecord } from "../../model/slurm.ts";
import { isLast, jobOf, sacctJobs, squeueJobs } from "../../model/slurmAnswer.ts";
import { type ClusterAnswer, jobLook, type Patience } from "../../model/slurmLook.ts";
import type { Transport } from "../transport.ts";
import { sacctScript, squeueScript } from "./askScript.ts";
import { type Answer, type Answers, alone, keepAnswer, readAnswers } from "./sharedAnswer.ts";

export interface QueuePace extends Patience {
  /** From one query to the next while something changes, and at most. */
  readonly soonestMs: number;
  readonly slowestMs: number;
  /** At most, while an end is not certain yet or somebody wants one. */
  readonly doubtMs: number;
}

export const clusterPace: QueuePace = {
  ...{ soonestMs: 2_000, slowestMs: 60_000, doubtMs: 4_000 },
  ...{ endMs: 2_000, goneMs: 15_000, lateMs: 60_000 },
};

export interface ClusterQueue {
  /** What is known of each run's job; null where nothing is. Waits so long for an answer that is due, and not longer. */
  look(asked: readonly JobAsk[], patienceMs: number): Promise<readonly (JobLook | null)[]>;
  /** Every job of Runline there by a query that is made now. Throws like a request; null when the cluster does not answer. */
  fresh(): Promise<readonly SlurmJob[] | null>;
  /** Jobs as they were told last. */
  known(): Promise<readonly SlurmJob[]>;
  /** Asks soon: something was submitted or is to end. */
  poke(): void;
}

export interface JobAsk {
  readonly record: SlurmRecord;
  /** Its end is wanted, or its records can't be understood without the cluster. */
  readonly doubtful: boolean;
}

/** `folder`: of the workspace's own, shared by its windows. */
export function clusterQueue(
  transport: Transport,
  folder: string,
  pace: QueuePace = clusterPace,
): ClusterQueue {
  const file = join(folder, `${transport.host}.json`);
  let pause = pace.soonestMs;
  let poked = false;
  let asking: Promise<void> | null = null;
  let triedAt = 0;
  let seen: {
    readonly answers: Answers;
    readonly last: ClusterAnswer;
    readonly before: ClusterAnswer | null;
  } | null = null;

  async function read(): Promise<typeof seen> {
    const answers = await readAnswers(file);
    if (answers.last === null) return null;
    if (seen?.answers.last?.time !== answers.last.time)
      seen = {
        answers,
        last: parsed(answers.last),
        before: answers.before === null ? null : parsed(answers.before),
      };
    return seen;
  }

  async function ask(records: readonly SlurmRecord[]): Promise<void> {
    const former = await read();
    const time = Date.now();
    triedAt = time;
    const squeue = await part("squeue", squeueScript);
    if (squeue === null) {
      pause = Math.min(pace.slowestMs, pause * 2);
      return;
    }
    const missing = records.filter(({ name, index }) => jobOf(squeueJobs(squeue), name, index) === null);
    const sacct = missing.length === 0 ? "" : await part("sacct", sacctOf(missing));
    const answer: Answer = { time, squeue, sacct };
    await keepAnswer(file, answer, Math.max(pace.endMs, pace.goneMs));
    const isNews = former === null || told(former.last.queue) !== told(squeueJobs(squeue));
    pause = isNews ? pace.soonestMs : Math.min(pace.slowestMs, pause * 1.5);
  }

  /** A part of an answer; null when it is not in it, as when the controller is down. */
  async function part(name: string, script: string): Promise<string | null> {
    const answer = await transport.request({ script, deadlineMs: 45_000 });
    const text = answer.out.toString("utf8");
    const head = `${partMark}${name}\n`;
    const at = text.indexOf(head);
    const end = text.indexOf(`${partMark}end\n`, at);
    return at < 0 || end < 0 ? null : text.slice(at + head.length, end);
  }

  /** One query at a time; another window's counts as ours. */
  function askOnce(records: readonly SlurmRecord[]): Promise<void> {
    asking ??= alone(file, () => ask(records))
      .then(() => undefined)
      .finally(() => {
        asking = null;
      });
    return asking;
  }

  async function isDue(asked: readonly JobAsk[]): Promise<boolean> {
    const last = (await read())?.last.time ?? 0;
    const now = Date.now();
    const doubtful = poked || asked.some(({ doubtful }) => doubtful) || looksOf(asked).some(isUnsettled);
    const wait = doubtful ? Math.min(pause, pace.doubtMs) : pause;
    // An answer from the future is that of a clock that was set back since.
    const age = last > now ? Number.POSITIVE_INFINITY : now - Math.max(last, triedAt > now ? 0 : triedAt);
    return age >= (poked ? pace.soonestMs : wait);
  }

  function looksOf(asked: readonly JobAsk[]): readonly (JobLook | null)[] {
    if (seen === null) return asked.map(() => null);
    const { last, before } = seen;
    return asked.map(({ record }) => jobLook(record, last, before, pace));
  }

  return {
    async look(asked, patienceMs) {
      if (asked.length === 0) return [];
      if (await isDue(asked)) {
        poked = false;
        await within(
          askOnce(asked.map(({ record }) => record)).catch(() => undefined),
          patienceMs,
        );
        await read();
      }
      return looksOf(asked);
    },
    async fresh() {
      const squeue = await part("squeue", squeueScript);
      return squeue === null ? null : squeueJobs(squeue);
    },
    known: async () => (await read())?.last.queue ?? [],
    poke() {
      poked = true;
      pause = pace.soonestMs;
    },
  };
}

function parsed({ time, squeue, sacct }: Answer): ClusterAnswer {
  return { time, queue: squeueJobs(squeue), accounts: sacct === null ? null : sacctJobs(sacct) };
}

function sacctOf(records: readonly SlurmRecord[]): string {
  const jobs = records.flatMap(({ job }) => job ?? []);
  return sacctScript(
    [...new Set(jobs)],
    records.filter(({ job }) => job === null).map(({ name }) => name),
  );
}

function isUnsettled(look: JobLook | null): boolean {
  return look === null || (!look.settled && (look.job === null || isLast(look.job.state)));
}

/** What of the queue is news: an expected beginning that moves by seconds is none. */
function told(jobs: readonly SlurmJob[]): string {
  return JSON.stringify(jobs.map(({ id, state, reason, restarts }) => [id, state, reason, restarts]));
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, enough]);
  } finally {
    clearTimeout(timer);
  }
}
