import { expect, it } from "vitest";
import { bestRun } from "../../../src/ops/bestRun.ts";
import { findRun } from "../../../src/ops/findRun.ts";
import { scriptHistory } from "../../../src/ops/scriptHistory.ts";
import { freshStore } from "../store/freshStore.ts";
import { metric, newRun, runId } from "../store/records.ts";
import { take } from "./registered.ts";

it("finds a run by id, by name and by the beginning of its id", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1, { name: "brave-otter" }));
  await store.runs.create(newRun(2, { name: "twin" }));
  await store.runs.create(newRun(3, { name: "twin" }));
  // A name that is the beginning of ids means the run that is so called.
  await store.runs.create(newRun(4, { name: runId(1).slice(0, 6) }));
  const found = async (text: string) => (await findRun(text, store)).id;
  expect(await found("brave-otter")).toBe(runId(1));
  expect(await found(` ${runId(2)} `)).toBe(runId(2));
  expect(await found(runId(3).slice(0, 20))).toBe(runId(3));
  expect(await found(runId(1).slice(0, 6))).toBe(runId(4));
  await expect(found("twin")).rejects.toThrow("twin fits 2 runs.");
  await expect(found("")).rejects.toMatchObject({ failure: { code: "runUnknown" } });
  await expect(found("brave")).rejects.toMatchObject({ failure: { code: "runUnknown" } });
  await expect(findRun("x", null)).rejects.toMatchObject({ failure: { code: "runUnknown" } });
});

it("calls best what finished with the best value of the metric that most runs share", async () => {
  const store = await freshStore();
  const given: [number, "finished" | "failed" | "running", Record<string, number>][] = [
    [1, "finished", { loss: 0.5 }],
    [2, "finished", { loss: 0.2 }],
    [3, "finished", { loss: Number.NaN }],
    [4, "failed", { loss: 0.1 }],
    [5, "running", { loss: 0 }],
    [6, "finished", { accuracy: 0.9 }],
  ];
  for (const [number, state, values] of given) {
    await store.runs.create(newRun(number));
    await take(store, runId(number), [metric(1, values)]);
    const [started, ended] = [1, state === "running" ? null : 2];
    const facts = {
      state,
      started,
      ended,
      reason: null,
      drained: true,
      attempt: 1,
      exitCode: 0,
      signal: null,
      asOf: 2,
    };
    await store.runs.observe(runId(number), facts);
  }
  const { runs, best, champion } = await scriptHistory("train.py", store);
  expect(runs).toHaveLength(6);
  expect(best).toMatchObject({ metric: "loss", value: 0.2, run: { id: runId(2) } });
  expect(champion).toBeNull();
  expect(bestRun([])).toBeNull();
  expect(await scriptHistory("other.py", store)).toMatchObject({ runs: [], best: null });
  expect(await scriptHistory("train.py", null)).toMatchObject({ runs: [] });
});
