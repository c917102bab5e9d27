import { expect, test } from "vitest";
import type { Observation } from "../../../src/compute/compute.ts";
import type { ExitRecord, StartRecord } from "../../../src/model/journal.ts";
import type { Run } from "../../../src/model/run.ts";
import { factsOf, isJudgeable, isNews, isOver } from "../../../src/ops/runFacts.ts";

const start = { attempt: 1, boot_id: "b1", host: "h1", time: 100 } as StartRecord;
const exit = {
  attempt: 1,
  exit_code: 0,
  signal: null,
  reason: "exited",
  error: null,
  time: 200,
} as ExitRecord;
const run = { state: "running", reason: null, drained: false, attempt: 1, started: 100, ended: null } as Run;
const whole: Run = { ...run, exitCode: null, signal: null, created: 50, asOf: 250 };

const seen = (changes: Partial<Observation>): Observation => ({
  ...{
    directory: "/r",
    unreadable: false,
    exists: true,
    claimed: true,
    start,
    queue: null,
    exit: null,
    cancelAsked: false,
  },
  ...{ bootId: "b1", hostName: "h1", scriptAlive: true, recorderAlive: true, marked: [] },
  ...{ journalBytes: 0, logBytes: 0, time: 300 },
  ...changes,
});
const gone = { scriptAlive: false, recorderAlive: false };

test.each<[name: string, what: Partial<Observation>, drained: boolean, facts: object]>([
  ["alive", {}, false, { state: "running", drained: false, started: 100, ended: null }],
  [
    "ended but not drained stays what it was",
    { exit, ...gone },
    false,
    { state: "running", reason: "finishing", ended: null },
  ],
  [
    "ended and drained",
    { exit, ...gone },
    true,
    { state: "finished", drained: true, ended: 200, exitCode: 0 },
  ],
  ["gone without a record", gone, true, { state: "lost", drained: true, ended: null, exitCode: null }],
  [
    "an earlier attempt's end is not this one's",
    { exit, start: { ...start, attempt: 2 } },
    false,
    { state: "running", attempt: 2, ended: null, exitCode: null },
  ],
])("%s", (_, what, drained, facts) => {
  expect(factsOf(whole, seen(what), drained)).toMatchObject({ asOf: 300, ...facts });
});

test("what is known of a job is as old as the cluster's word, or as what its journal told last", () => {
  const slurm = { job: 7, time: 120 } as unknown as NonNullable<Observation["slurm"]>;
  const job = { time: 280, job: null } as unknown as NonNullable<Observation["job"]>;
  const asOf = (what: Partial<Observation>, moved: boolean) => factsOf(whole, seen(what), false, moved).asOf;
  expect(asOf({ slurm, job }, false)).toBe(280);
  expect(asOf({ slurm, job: { ...job, time: 200 } }, false)).toBe(250);
  expect(asOf({ slurm, job }, true)).toBe(300);
});

test("a run is judged only by the machine that it runs on", () => {
  expect(isJudgeable(seen({}))).toBe(true);
  expect(isJudgeable(seen({ bootId: "b2" }))).toBe(true);
  expect(isJudgeable(seen({ bootId: "b2", hostName: "h2" }))).toBe(false);
  expect(isJudgeable(seen({ bootId: "b2", hostName: "h2", exit }))).toBe(true);
  expect(isJudgeable(seen({ bootId: "", hostName: "h2" }))).toBe(true);
  expect(isJudgeable(seen({ unreadable: true }))).toBe(false);
});

test("unchanged facts are written again only to keep their time near", () => {
  const same = factsOf(whole, seen({}), false);
  expect(isNews(whole, same)).toBe(false);
  expect(isNews(whole, { ...same, asOf: whole.asOf + 30_000 })).toBe(true);
  expect(isNews(whole, { ...same, reason: "being canceled" })).toBe(true);
});

test("only a terminal state is over", () => {
  expect(
    [{}, { recorderAlive: false }, { exit, ...gone }, gone].map((what) => isOver(whole, seen(what))),
  ).toEqual([...[false, false, true, true]]);
});
