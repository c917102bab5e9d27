import { describe, expect, test } from "vitest";
import type { ExitRecord, QueueRecord, RunSpec, StartRecord } from "../../../src/model/journal.ts";
import { parseExit, parseQueue, parseSpec, parseStart } from "../../../src/model/runRecords.ts";

const run_id = "01890000000070008000000000000001";
const start: StartRecord = {
  ...{
    run_id,
    attempt: 1,
    pid: 5,
    pgid: 5,
    start_ticks: 0,
    recorder_pid: 4,
    recorder_start_ticks: 9,
    boot_id: "b",
  },
  ...{ host: "h", gpus: ["GPU-1"], recorder_version: "0.1.0", python: "3.11", time: 1, uptime: 2.5 },
};
const exit: ExitRecord = {
  ...{ run_id, attempt: 1, exit_code: -9, signal: null, reason: "exited", error: null, time: 1, uptime: 2 },
  ...{ journal_bytes: 10, log_bytes: 0 },
};
const queue: QueueRecord = {
  position: 1,
  reason: "r",
  time: 1,
  recorder_pid: 4,
  recorder_start_ticks: 9,
  boot_id: "b",
};
const spec: RunSpec = {
  ...{
    version: 1,
    run_id,
    name: "n",
    experiment: "e",
    argv: ["a"],
    shown_argv: ["a"],
    cwd: "/",
    workspace: "/",
  },
  ...{ script: null, env_names: ["PATH"], created: 1, grace_seconds: [5, 5], parent: null },
  code: {
    kind: "git",
    id: "i",
    tree: "t",
    head: null,
    branch: null,
    remote: null,
    changed: ["x"],
    changed_count: 1,
    skipped: [],
  },
  queue: { folder: "/q", limit: 2 },
  capture: {
    ...{
      stdout: true,
      patterns: ["(?<key>x)"],
      tensorboard: true,
      parameters: true,
      files: false,
      data_folders: [],
    },
    ...{ artifacts: ["*.pt"], artifact_limit_bytes: 1e9, system_interval_seconds: 0.5 },
  },
};

test("whole records are read", () => {
  expect(parseStart(JSON.stringify(start))).toEqual({ ok: true, record: start });
  expect(parseExit(`${JSON.stringify(exit)}${" ".repeat(900)}`)).toEqual({ ok: true, record: exit });
  expect(parseExit(`${JSON.stringify(exit)}\n${"\0".repeat(900)}`)).toEqual({ ok: true, record: exit });
  expect(parseQueue(JSON.stringify(queue))).toEqual({ ok: true, record: queue });
  expect(parseSpec(JSON.stringify(spec))).toEqual({ ok: true, record: spec });
  expect(parseSpec(JSON.stringify({ ...spec, code: null, queue: null }))).toMatchObject({
    ok: true,
    record: { code: null, queue: null },
  });
});

test("what a run wants for itself is read where it wants something", () => {
  const wanting = (resources: unknown) => parseSpec(JSON.stringify({ ...spec, resources }));
  expect(wanting({ gpus: 2, visible: "index", busy_megabytes: 500, lock_folder: "/l" })).toMatchObject({
    record: { resources: { gpus: 2, visible: "index", busy_megabytes: 500, lock_folder: "/l" } },
  });
  expect(wanting({ gpus: 1 })).toEqual({ ok: true, record: { ...spec, resources: { gpus: 1 } } });
  expect(wanting(null)).toEqual({ ok: true, record: spec });
  expect(wanting({ gpus: 0 })).toMatchObject({ problem: expect.stringContaining("resources.gpus must be") });
  expect(wanting({ gpus: 1, visible: "name" })).toMatchObject({ ok: false });
});

test.each(["", " ".repeat(1024), "\0".repeat(1024), " \n\0"])(
  "space that was only reserved counts as absent",
  (text) => {
    expect(parseExit(text)).toMatchObject({ ok: false, absent: true });
  },
);

describe("what is wrong is named", () => {
  test.each([
    [parseExit(JSON.stringify(exit).slice(0, 20)), "not a JSON object"],
    [parseExit(JSON.stringify({ ...exit, reason: "bored" })), "reason has an unknown value"],
    [parseExit(JSON.stringify({ ...exit, log_bytes: -1 })), "log_bytes must be"],
    [parseStart(JSON.stringify({ ...start, run_id: "../../x" })), "run_id must be a run id"],
    [parseStart(JSON.stringify({ ...start, pid: -1 })), "pid must be"],
    [parseQueue(JSON.stringify({ ...queue, boot_id: 7 })), "boot_id must be"],
    [parseSpec(JSON.stringify({ ...spec, version: 2 })), "version must be 1"],
    [
      parseSpec(JSON.stringify({ ...spec, code: { ...spec.code, kind: "svn" } })),
      "code.kind has an unknown value",
    ],
    [parseSpec(JSON.stringify({ ...spec, capture: null })), "capture is missing"],
    [
      parseSpec(JSON.stringify({ ...spec, capture: { ...spec.capture, files: "yes" } })),
      "capture.files must be true or false",
    ],
    [parseSpec(JSON.stringify({ ...spec, grace_seconds: [5] })), "grace_seconds must be two numbers"],
    [parseSpec(JSON.stringify({ ...spec, argv: "a b" })), "argv must be a list"],
  ])("%#", (parsed, problem) => {
    expect(parsed).toMatchObject({
      ok: false,
      absent: false,
      problem: expect.stringContaining(problem) as string,
    });
  });
});
