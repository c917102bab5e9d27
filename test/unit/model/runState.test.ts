import { expect, test } from "vitest";
import { deriveStatus, type RunEvidence } from "../../../src/model/runState.ts";

const nothing: RunEvidence = {
  exists: true,
  start: null,
  queue: null,
  exit: null,
  cancelAsked: false,
  bootId: "boot-1",
  scriptAlive: false,
  recorderAlive: false,
  marked: [],
  age: 1_000,
};
const start = { attempt: 1, boot_id: "boot-1" };
const queue = { position: 2, reason: "waiting for a free slot (2nd)", boot_id: "boot-1" };
const exit = { attempt: 1, exit_code: 0, signal: null, reason: "exited", error: null } as const;
const alive = { start, scriptAlive: true, recorderAlive: true };

const cases: readonly (readonly [string, Partial<RunEvidence>, string, string | null])[] = [
  ["exit 0", { start, exit }, "finished", null],
  ["exit 1", { start, exit: { ...exit, exit_code: 1 } }, "failed", "exit 1"],
  [
    "an exit with its error",
    { start, exit: { ...exit, exit_code: 1, error: "KeyError: 'x'" } },
    "failed",
    "exit 1: KeyError: 'x'",
  ],
  [
    "a signal",
    { start, exit: { ...exit, exit_code: null, signal: "SIGKILL" } },
    "failed",
    "killed by SIGKILL",
  ],
  [
    "a cancel, whatever the exit code",
    { start, exit: { ...exit, exit_code: 130, reason: "cancelled" } },
    "cancelled",
    null,
  ],
  [
    "a cancel while it waited",
    { exit: { ...exit, exit_code: null, reason: "cancelled" } },
    "cancelled",
    null,
  ],
  [
    "a script that could not be started",
    { exit: { ...exit, exit_code: null, reason: "not_started", error: "No such file" } },
    "failed",
    "not started: No such file",
  ],
  ["an exit that counts more than anything alive", { ...alive, exit, marked: [7] }, "finished", null],
  ["an exit that counts after a restart", { start, exit, bootId: "boot-2" }, "finished", null],
  ["an exit of an earlier attempt", { ...alive, start: { ...start, attempt: 2 }, exit }, "running", null],

  ["a launch just asked for", {}, "queued", "starting"],
  ["a launch whose directory is not made yet", { exists: false }, "queued", "starting"],
  ["a launch without any record after a minute", { age: 61_000 }, "lost", "its recorder did not start"],
  ["a run directory that is gone", { age: 61_000, exists: false }, "lost", "its run directory is gone"],
  ["a queue", { queue, recorderAlive: true, age: 9e9 }, "queued", "waiting for a free slot (2nd)"],
  ["a queue whose recorder was killed", { queue }, "lost", "its recorder was killed while it waited"],
  [
    "a queue before a restart",
    { queue, bootId: "boot-2" },
    "lost",
    "the machine was restarted while it waited",
  ],

  ["both alive", alive, "running", null],
  ["both alive and a cancel asked for", { ...alive, cancelAsked: true }, "running", "being canceled"],
  ["the script gone, the recorder still writing", { ...alive, scriptAlive: false }, "running", "finishing"],
  ["a restart", { start, bootId: "boot-2" }, "lost", "the machine was restarted"],
  [
    "a restart, the pids taken by others",
    { ...alive, bootId: "boot-2" },
    "lost",
    "the machine was restarted",
  ],
  ["no boot ids", { ...alive, bootId: "" }, "running", null],
  [
    "the recorder killed",
    { ...alive, recorderAlive: false },
    "orphaned",
    "the recorder is gone while the script lives",
  ],
  [
    "a child left behind",
    { start, marked: [7] },
    "orphaned",
    "the recorder is gone while 1 process of the run lives",
  ],
  [
    "children left behind",
    { start, marked: [7, 8] },
    "orphaned",
    "the recorder is gone while 2 processes of the run live",
  ],
  ["all killed", { start }, "lost", "killed together with its recorder"],
];

test.each(cases)("%s", (_, seen, state, reason) => {
  expect(deriveStatus({ ...nothing, ...seen })).toEqual({ state, reason });
});
