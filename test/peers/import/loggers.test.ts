/** Logs that TensorBoard's writer, Weights & Biases and DVCLive have written themselves, imported and compared point by point. */

import { describe, expect, test } from "vitest";
import { needPythonPackages } from "../pythonPackages.ts";
import {
  fingerprint,
  importInto,
  logged,
  type SaidRun,
  sorted,
  storedPoints,
  temporaryFolder,
  withStore,
} from "./importing.ts";

const packages = {
  tensorboard: ["tensorboardX==2.6.5", "wandb==0.31.0"],
  wandb: ["tensorboardX==2.6.5", "wandb==0.31.0"],
  dvclive: ["dvclive==3.49.1"],
} as const;

const found = {
  tensorboard: { name: "exp1", experiment: "runs", place: "." },
  wandb: { name: "first", experiment: "flowers", place: "wandb" },
  dvclive: { name: expect.stringMatching(/\/dvclive$/), place: "dvclive" },
} as const;

describe.each(["tensorboard", "wandb", "dvclive"] as const)("%s", (kind) => {
  test("every point and parameter is taken over, once", { timeout: 300_000 }, async () => {
    await using folder = await temporaryFolder();
    const need = await needPythonPackages(packages[kind], () => undefined);
    if ("missing" in need) throw new Error(need.missing);
    const said = await logged<SaidRun>(need.ready, "log_with_loggers.py", folder.path, kind);
    const before = await fingerprint(folder.path);
    const { place, ...facts } = found[kind];

    const first = await importInto(folder.path, place);
    expect(first).toMatchObject([{ kind, runs: { new: 1 }, troubles: [] }]);
    // Given by another folder above it, it is the same run.
    expect(await importInto(folder.path)).toMatchObject([{ kind, runs: { new: 0, same: 1 } }]);
    await withStore(folder.path, async (store) => {
      const [run, ...others] = await store.runs.list({});
      expect(others).toEqual([]);
      expect(run).toMatchObject({ ...facts, state: "finished", findings: 0 });
      const parameters = Object.entries(run?.parameters ?? {}).map(([key, { value }]) => [key, value]);
      expect(Object.fromEntries(parameters)).toEqual(said.parameters);
      expect(Object.keys(run?.metrics ?? {}).sort()).toEqual(Object.keys(said.metrics).sort());
      for (const [key, points] of Object.entries(said.metrics)) {
        const stored = await storedPoints(store, run?.id ?? "", key);
        const isTimed = points.every(([, time]) => time !== null);
        expect(isTimed ? stored : stored.map(([step, , value]) => [step, null, value])).toEqual(
          sorted(points),
        );
      }
    });
    expect(await fingerprint(folder.path)).toBe(before);
  });
});
