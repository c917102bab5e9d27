import { expect, test } from "vitest";
import type { RunState } from "../../../src/model/run.ts";
import { type AfterKind, dependencyText, hasCome, parseAfter } from "../../../src/model/slurmAfter.ts";

test("a run to wait for is named alone, or with what has to come of it", () => {
  expect(parseAfter("brave-otter")).toEqual({ kind: "afterok", run: "brave-otter" });
  expect(parseAfter("afterany:brave-otter")).toEqual({ kind: "afterany", run: "brave-otter" });
  // A name may hold anything; only Slurm's words are taken for such.
  expect(parseAfter("seed:1")).toEqual({ kind: "afterok", run: "seed:1" });
  expect(parseAfter("after:after:1")).toEqual({ kind: "after", run: "after:1" });
  expect(parseAfter(":x")).toEqual({ kind: "afterok", run: ":x" });
});

test.each<[AfterKind, Partial<Record<RunState, boolean | null>>]>([
  ["afterok", { queued: null, running: null, unknown: null, finished: true, failed: false, lost: false }],
  ["afterany", { orphaned: null, finished: true, failed: true, cancelled: true, lost: true }],
  ["afternotok", { running: null, finished: false, failed: true, cancelled: true, lost: true }],
  ["after", { queued: null, finished: true, cancelled: true }],
])("what has come about: %s", (kind, states) => {
  for (const [state, come] of Object.entries(states))
    expect([state, hasCome(kind, state as RunState)]).toEqual([state, come]);
});

test("jobs in sbatch's words: each kind once, and each job", () => {
  expect(dependencyText([])).toBe("");
  const waits = [
    { kind: "afterany", job: "14_2" },
    { kind: "afterok", job: "12" },
    { kind: "afterok", job: "13" },
    { kind: "afterok", job: "12" },
  ] as const;
  expect(dependencyText(waits)).toBe("afterok:12:13,afterany:14_2");
});
