import type { Run } from "../../../src/model/run.ts";

/** A finished run of no interest, with what a test cares about put in. */
export function makeRun(given: Partial<Run> = {}): Run {
  return {
    id: "0193e0b0000070008000000000000001",
    name: "keen-heron",
    experiment: "digits",
    state: "finished",
    reason: null,
    drained: true,
    host: "here",
    argv: ["python3", "train.py"],
    cwd: "/work",
    script: "train.py",
    code: null,
    attempt: 1,
    exitCode: 0,
    signal: null,
    created: Date.UTC(2026, 10, 21, 10),
    started: Date.UTC(2026, 10, 21, 10),
    ended: Date.UTC(2026, 10, 21, 10, 12, 4),
    asOf: Date.UTC(2026, 10, 21, 10, 12, 4),
    note: "",
    starred: false,
    tags: {},
    parameters: {},
    metrics: {},
    keyMetric: null,
    sparkline: [],
    findings: 0,
    directory: "/work/.runline/runs/0193e0b0000070008000000000000001",
    ...given,
  };
}

export function metric(last: number, lastStep = 0) {
  return {
    last,
    lastStep,
    min: last,
    minStep: lastStep,
    max: last,
    maxStep: lastStep,
    count: 1,
    nan: 0,
    inf: 0,
  };
}
