import { expect, test } from "vitest";
import { deriveStatus, type RunEvidence } from "../../../src/model/runState.ts";
import type { JobLook, SlurmJob } from "../../../src/model/slurm.ts";
import { jobLook } from "../../../src/model/slurmLook.ts";
import { waitingText } from "../../../src/model/slurmWords.ts";

const now = new Date(2026, 10, 22, 12, 0).getTime();
const minutes = 60_000;
const usual: SlurmJob = {
  ...{
    id: "12",
    name: "runline-x",
    index: null,
    state: "RUNNING",
    reason: "",
    partition: "gpu",
    nodes: "n1",
  },
  ...{ start: now - minutes, end: null, restarts: 0, exitCode: 0, signal: 0, canceledBy: null },
};
const look = (job: Partial<SlurmJob> | null, settled = false): JobLook => ({
  job: job === null ? null : { ...usual, ...job },
  time: now,
  settled,
});
const start = (attempt: number, restarts = attempt - 1) => ({
  attempt,
  boot_id: "of a node",
  pid: 7,
  recorder_pid: 8,
  slurm: { job: "12", restarts },
});
const exit = { attempt: 1, exit_code: 0, signal: null, reason: "exited", error: null } as const;
const stopped = { ...exit, exit_code: null, signal: "SIGTERM", reason: "stopped" } as const;
const nothing: RunEvidence = {
  ...{ exists: true, start: null, queue: null, exit: null, cancelAsked: false, bootId: "of the login node" },
  ...{
    scriptAlive: false,
    recorderAlive: false,
    marked: [],
    age: 3_600_000,
    slurm: { job: "12" },
    job: null,
  },
};
const states = (state: string, more: Partial<SlurmJob> = {}) => look({ state, ...more }, true);

test.each<[string, Partial<RunEvidence>, string | null, string | null]>([
  ["submitted, and nothing heard since", {}, "queued", "submitted"],
  [
    "submitted, and nobody knows whether it was taken",
    { slurm: { job: null } },
    "queued",
    "submitted, and not confirmed yet",
  ],
  [
    "the same, while the cluster knows nothing of it either",
    { slurm: { job: null }, job: look(null) },
    "queued",
    "submitted, and not confirmed yet",
  ],
  [
    "waits",
    { job: look({ state: "PENDING", reason: "Resources", start: null }) },
    "queued",
    "waiting in gpu: free resources",
  ],
  ["is being set up", { job: look({ state: "CONFIGURING" }) }, "queued", "starting on n1"],
  ["runs, says Slurm, and no record yet", { job: look({}) }, "queued", "starting on n1"],
  ["runs, say both", { start: start(1), job: look({}) }, "running", null],
  ["runs, and Slurm has never answered", { start: start(1) }, "running", null],
  [
    "runs, and Slurm's word is older than its record",
    { start: start(1), job: look({ state: "PENDING" }) },
    "running",
    null,
  ],
  ["suspended", { start: start(1), job: look({ state: "SUSPENDED" }) }, "running", "suspended by Slurm"],
  ["to be canceled", { start: start(1), cancelAsked: true, job: look({}) }, "running", "being canceled"],
  [
    "its end by itself counts whatever Slurm says",
    { start: start(1), exit, job: states("NODE_FAIL") },
    "finished",
    null,
  ],
  ["ended with a code", { start: start(1), exit: { ...exit, exit_code: 3 } }, "failed", "exit 3"],
  ["ended by Slurm, which is silent", { start: start(1), exit: stopped }, "running", "ended by Slurm"],
  [
    "ended by Slurm, and not over there",
    { start: start(1), exit: stopped, job: look({ state: "COMPLETING" }) },
    "running",
    "ended by Slurm",
  ],
  [
    "ended at its limit",
    { start: start(1), exit: stopped, job: states("TIMEOUT") },
    "failed",
    "time limit reached",
  ],
  [
    "one look alone does not end it",
    { start: start(1), exit: stopped, job: look({ state: "TIMEOUT" }) },
    null,
    null,
  ],
  [
    "canceled by somebody",
    { start: start(1), exit: stopped, job: states("CANCELLED", { canceledBy: "1000" }) },
    "cancelled",
    "canceled in Slurm by user 1000",
  ],
  ["canceled before it began", { job: states("CANCELLED") }, "cancelled", "canceled in Slurm"],
  [
    "canceled by its recorder",
    { start: start(1), exit: { ...stopped, reason: "cancelled" } },
    "cancelled",
    null,
  ],
  [
    "preempted, and waits to begin again",
    {
      start: start(1),
      exit: stopped,
      job: look({ state: "PENDING", restarts: 1, reason: "BeginTime", start: null }),
    },
    "queued",
    "waiting in gpu: a pause before it begins",
  ],
  [
    "begins again",
    { start: start(1), exit: stopped, job: look({ restarts: 1 }) },
    "queued",
    "starting on n1",
  ],
  ["runs again", { start: start(2), exit: stopped, job: look({ restarts: 1 }) }, "running", null],
  [
    "runs again, and Slurm's word is of the time before",
    { start: start(2), exit: stopped, job: states("PREEMPTED") },
    "running",
    null,
  ],
  [
    "was requeued before its first record",
    { start: start(1, 1), job: look({ restarts: 1 }) },
    "running",
    null,
  ],
  ["its end of the second time", { start: start(2), exit: { ...exit, attempt: 2 } }, "finished", null],
  ["its node failed", { start: start(1), job: states("NODE_FAIL") }, "lost", "its node n1 failed"],
  ["out of memory", { start: start(1), job: states("OUT_OF_MEMORY") }, "failed", "out of memory"],
  [
    "killed with its recorder",
    { start: start(1), job: states("FAILED", { signal: 9, reason: "JobLaunchFailure" }) },
    "failed",
    "its job was killed by SIGKILL",
  ],
  [
    "could not be launched",
    { job: states("FAILED", { signal: 53, reason: "JobLaunchFailure" }) },
    "failed",
    "not started: Slurm could not launch it on n1",
  ],
  [
    "its interpreter is not on the node",
    { job: states("FAILED", { exitCode: 127 }) },
    "failed",
    "its job ended with exit 127",
  ],
  [
    "was forgotten",
    { start: start(1), job: look(null, true) },
    "lost",
    "Slurm forgot its job before its end was recorded",
  ],
  ["was never taken", { slurm: { job: null }, job: look(null, true) }, "lost", "Slurm did not take its job"],
  [
    "was forgotten while it waited",
    { job: look(null, true) },
    "lost",
    "Slurm forgot its job before it began",
  ],
  ["is not there, this once", { start: start(1), job: look(null) }, null, null],
  [
    "a state that nobody knows yet",
    { start: start(1), job: look({ state: "HIBERNATING" }) },
    "running",
    null,
  ],
])("%s", (_what, seen, state, reason) => {
  expect(deriveStatus({ ...nothing, ...seen })).toEqual(state === null ? null : { state, reason });
});

test.each([
  ["Priority", null, "waiting in gpu: jobs of higher priority are first"],
  ["QOSMaxGRESPerUser", null, "waiting in gpu: a limit of its account or QOS (QOSMaxGRESPerUser)"],
  ["ReqNodeNotAvail, UnavailableNodes:n1", null, "waiting in gpu: nodes it needs are down or reserved"],
  ["(Resources)", now + 138 * minutes, "waiting in gpu: free resources, about 14:20"],
  ["Resources", now + 30 * 60 * minutes, "waiting in gpu: free resources, about Mon 18:00"],
  ["Resources", now + 10 * 24 * 60 * minutes, "waiting in gpu: free resources, about 12/2 12:00"],
  ["Resources", now - minutes, "waiting in gpu: free resources"],
  ["Something_New", null, "waiting in gpu: Something New"],
  ["constructor", null, "waiting in gpu: constructor"],
  ["", null, "waiting in gpu"],
])("waits for %s", (reason, begins, text) => {
  expect(waitingText({ ...usual, reason, start: begins }, now)).toBe(text);
});

const record = {
  job: "12",
  name: "runline-x",
  index: null,
  partition: "gpu",
  time: now - 3_600_000,
};
const patience = { endMs: 2_000, goneMs: 15_000, lateMs: 60_000 };
const answer = (
  ago: number,
  jobs: readonly Partial<SlurmJob>[],
  accounts: readonly Partial<SlurmJob>[] = [],
) => ({
  time: now - ago,
  queue: jobs.map((job) => ({ ...usual, ...job })),
  accounts: { ended: accounts.map((job) => ({ ...usual, restarts: null, ...job })), open: [] },
});

test("an end is certain when two answers some time apart agree on it", () => {
  const failed = { state: "FAILED" };
  const settled = (...answers: Parameters<typeof jobLook>[1][]) => {
    const [last, before] = answers;
    return last === undefined ? null : jobLook(record, last, before ?? null, patience).settled;
  };
  expect(settled(answer(0, [failed]))).toBe(false);
  expect(settled(answer(0, [failed]), answer(1_000, [failed]))).toBe(false);
  expect(settled(answer(0, [failed]), answer(3_000, [{}]))).toBe(false);
  expect(settled(answer(0, [failed]), answer(3_000, [failed]))).toBe(true);
  expect(settled(answer(0, [{}]), answer(3_000, [{}]))).toBe(false);
  // Requeued and ended once more between the two.
  expect(settled(answer(0, [{ ...failed, restarts: 1 }]), answer(3_000, [failed]))).toBe(false);
  expect(settled(answer(0, [], [failed]), answer(3_000, [], [failed]))).toBe(true);
  expect(settled(answer(0, [], [failed]), answer(3_000, []))).toBe(false);
});

test("a job that is not there is forgotten when it stays away, and not while it may still appear", () => {
  const gone = (ago: number, submittedAgo = 3_600_000) =>
    jobLook({ ...record, time: now - submittedAgo }, answer(0, []), answer(ago, []), patience);
  expect(gone(16_000)).toEqual({ job: null, time: now, settled: true });
  expect(gone(3_000).settled).toBe(false);
  expect(gone(16_000, 30_000).settled).toBe(false);
  expect(jobLook(record, answer(0, []), answer(16_000, [{}]), patience).settled).toBe(false);
  // The accounts have it and do not know its end yet.
  const { name, index } = record;
  const open = { ...answer(0, []), accounts: { ended: [], open: [{ name, index }] } };
  expect(jobLook(record, open, answer(16_000, []), patience).settled).toBe(false);
});
