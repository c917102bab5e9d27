import { expect, test } from "vitest";
import {
  fieldProblem,
  fitting,
  jobRows,
  jobText,
  partitionText,
  runsToAwait,
  waitsText,
  withField,
} from "../../../src/host/jobForm.ts";
import { plain as t } from "../../../src/host/translate.ts";
import type { Partition } from "../../../src/model/hostPartitions.ts";
import type { SlurmWish } from "../../../src/model/slurm.ts";
import { makeRun } from "./makeRun.ts";

const gpu: Partition = {
  name: "gpu",
  isDefault: true,
  nodes: 4,
  openNodes: 3,
  freeNodes: 1,
  cpus: 64,
  freeCpus: 40,
  gpus: 32,
  freeGpus: 5,
};
const cpu: Partition = {
  name: "cpu",
  isDefault: false,
  nodes: 9,
  openNodes: 9,
  freeNodes: 2,
  cpus: 90,
  freeCpus: 33,
  gpus: 0,
  freeGpus: 0,
};

test("a wish in few words", () => {
  const texts: readonly [SlurmWish, string][] = [
    [{}, "usual partition"],
    [{ partition: "gpu", gpus: "1", time: "30m" }, "gpu · 1 GPU · 30m"],
    [
      { gpus: "a100:2", cpus: 8, memory: "16G", requeue: true },
      "usual partition · a100:2 GPUs · 8 CPUs · 16G · begins again",
    ],
    [{ partition: "$(rocket)" }, "$\u200b(rocket)"],
  ];
  for (const [wish, text] of texts) expect(jobText(wish, t)).toBe(text);
});

test("the runs that a job waits for are those of its cluster, and stand in its few words", () => {
  const waiting = makeRun({ id: "a".repeat(32), name: "calm-fox", host: "slurm", state: "queued" });
  const working = makeRun({ id: "b".repeat(32), name: "otter", host: "slurm", tags: { "slurm.job": "7" } });
  const direct = makeRun({ id: "c".repeat(32), host: "slurm", state: "running" });
  const elsewhere = makeRun({ id: "d".repeat(32), host: "gpu-box", state: "queued" });
  const all = [waiting, working, direct, elsewhere];
  expect(runsToAwait(all, "slurm")).toEqual([waiting, working]);
  const waits = [waiting, working].map(({ id, name }) => ({ id, name, kind: "afterok" as const }));
  expect(jobText({ partition: "gpu" }, t, waits)).toBe("gpu · once calm-fox, otter finished");
  expect(waitsText([], t)).toBe("");
});

test("each row says what the cluster gives where nothing is asked for", () => {
  const values = (wish: SlurmWish) =>
    Object.fromEntries(jobRows(wish, [cpu, gpu], t).map((row) => [row.field, row.value]));
  expect(values({})).toEqual({
    ...{ partition: "gpu, the cluster's own", gpus: "none", time: "the partition's limit" },
    ...{ cpus: "the cluster's usual", memory: "the cluster's usual", account: "your usual one" },
    ...{ qos: "your usual one", requeue: "no" },
  });
  expect(values({ partition: "cpu", time: "2h", cpus: 4, requeue: true })).toMatchObject({
    ...{
      partition: "cpu",
      time: "2h",
      cpus: "4",
      requeue: "yes, after a preemption or the failure of a node",
    },
  });
});

test("what is typed becomes a wish, and nothing typed takes it back", () => {
  const all: SlurmWish = { partition: "gpu", gpus: "2", cpus: 4 };
  expect(withField(all, "cpus", " 8 ")).toEqual({ ...all, cpus: 8 });
  expect(withField(all, "cpus", "")).toEqual({ partition: "gpu", gpus: "2" });
  expect(withField(all, "gpus", "0")).toEqual({ partition: "gpu", cpus: 4 });
  expect(withField(all, "requeue", "yes")).toEqual({ ...all, requeue: true });
  expect(withField({ requeue: true }, "requeue", "")).toEqual({});
});

test("what sbatch could take for something else is refused while it is typed", () => {
  for (const [field, typed] of [
    ...[
      ["gpus", "many"],
      ["gpus", "1 --wrap=id"],
      ["time", "soon"],
      ["memory", "16 GB"],
      ["cpus", "0.5"],
      ["cpus", "x"],
    ],
    ...[
      ["account", "a b"],
      ["qos", "--output=x"],
    ],
  ] as const)
    expect([field, typed, fieldProblem(field, typed)]).toEqual([field, typed, expect.any(String)]);
  for (const [field, typed] of [
    ...[
      ["gpus", ""],
      ["gpus", "0"],
      ["gpus", "a100:2"],
      ["time", "1-12:00:00"],
      ["time", "90m"],
    ],
    ...[
      ["memory", "16G"],
      ["cpus", "8"],
      ["account", "vision"],
    ],
  ] as const)
    expect([field, typed, fieldProblem(field, typed)]).toEqual([field, typed, undefined]);
});

test("a partition that is remembered and gone is not asked for", () => {
  expect(fitting({ partition: "old", gpus: "1" }, [gpu])).toEqual({ gpus: "1" });
  expect(fitting({ partition: "gpu" }, [gpu])).toEqual({ partition: "gpu" });
  // The cluster has not told which it has.
  expect(fitting({ partition: "old" }, [])).toEqual({ partition: "old" });
});

test("a partition in words", () => {
  expect(partitionText(gpu, t)).toBe("5/32 GPUs free · 3/4 nodes up · default");
  expect(partitionText(cpu, t)).toBe("33/90 CPUs free · 9/9 nodes up");
});
