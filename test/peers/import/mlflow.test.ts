/** Stores that MLflow's own client has filled, imported and compared with every single thing that was logged. */

import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import type { Store } from "../../../src/store/store.ts";
import { start } from "../cli/commandLine.ts";
import { type ClientVersion, clientPrograms, newestClient } from "../mlflow/clients.ts";
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

interface Said {
  readonly runs: Readonly<Record<string, SaidRun>>;
  readonly models: Readonly<Record<string, SaidModel>>;
  readonly loggedModels?: Readonly<
    Record<string, { readonly name: string; readonly run: string; readonly f1: number }>
  >;
}

interface SaidModel {
  readonly versions: Readonly<Record<string, string>>;
  readonly aliases: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly run: string | null;
}

const stores: readonly (readonly [kind: string, version: ClientVersion, uri: (folder: string) => string])[] =
  [
    ["mlruns", "2.9.2", (folder) => path.join(folder, "mlruns")],
    ["mlruns", newestClient, (folder) => path.join(folder, "mlruns")],
    ["mlflow.db", newestClient, (folder) => `sqlite:///${path.join(folder, "mlflow.db")}`],
  ];

/** One that says it is running was last heard of just now in files, and in a database by its points, at its start in 2023. */
const states = (kind: string): Readonly<Record<string, string>> => ({
  FINISHED: "finished",
  FAILED: "failed",
  KILLED: "cancelled",
  RUNNING: kind === "mlruns" ? "running" : "lost",
});

describe.each(stores)("%s of MLflow %s", (kind, version, uri) => {
  test("every point, text, file and version is taken over, once", { timeout: 240_000 }, async () => {
    await using folder = await temporaryFolder();
    process.env.MLFLOW_ALLOW_FILE_STORE = "true";
    const python = await clientPrograms(version);
    const said = await logged<Said>(python, "log_with_mlflow.py", folder.path, uri(folder.path));
    const before = await fingerprint(folder.path);

    const first = await importInto(folder.path, kind);
    expect(first).toMatchObject([{ kind, runs: { new: 4, grown: 0, same: 0 }, versions: 2, aliases: 1 }]);
    await withStore(folder.path, (store) => comparedWith(said, kind, store));
    expect(await importInto(folder.path, kind)).toMatchObject([
      { runs: { new: 0, grown: 0, same: 4 }, versions: 0, aliases: 0 },
    ]);
    await withStore(folder.path, (store) => comparedWith(said, kind, store));
    // The run directories and the log of the registry are the truth from then on.
    expect((await start(folder.path, ["rebuild"]).done).code).toBe(0);
    await withStore(folder.path, (store) => comparedWith(said, kind, store));
    expect(await fingerprint(folder.path)).toBe(before);
  });
});

async function comparedWith(said: Said, kind: string, store: Store): Promise<void> {
  const runs = await store.runs.list({ limit: 100 });
  expect(runs.map(({ id }) => id).sort()).toEqual(Object.keys(said.runs).sort());
  for (const [id, told] of Object.entries(said.runs)) {
    const run = runs.find((each) => each.id === id);
    expect(run).toMatchObject({
      name: told.name,
      experiment: told.experiment,
      state: states(kind)[told.status],
      started: 1_700_000_000_000,
      findings: 0,
      tags: told.tags ?? {},
    });
    expect(Object.keys(run?.metrics ?? {}).sort()).toEqual(Object.keys(told.metrics).sort());
    const parameters = Object.entries(run?.parameters ?? {}).map(([key, { value }]) => [key, value]);
    expect(Object.fromEntries(parameters)).toEqual(told.parameters);
    for (const [key, points] of Object.entries(told.metrics))
      expect(await storedPoints(store, id, key)).toEqual(sorted(points));
    for (const [name, text] of Object.entries(told.artifacts ?? {}))
      expect(await readFile(path.join(run?.directory ?? "", "artifacts", name), "utf8")).toBe(text);
    const inputs = (await store.trackedRuns.get(id))?.inputs ?? [];
    expect(inputs.map(({ name, digest, tags }) => [name, digest, tags["mlflow.data.context"]])).toEqual(
      told.inputs ?? [],
    );
  }
  await sameModels(said, store);
}

async function sameModels(said: Said, store: Store): Promise<void> {
  const models = await store.registry.models();
  expect(models.map(({ name }) => name).sort()).toEqual(Object.keys(said.models).sort());
  for (const model of models) {
    const told = said.models[model.name];
    const versions = model.versions.map((each) => [String(each.version), each.description]);
    expect(Object.fromEntries(versions)).toEqual(told?.versions);
    expect(Object.fromEntries(model.aliases.map((each) => [each.alias, each.version]))).toEqual(
      told?.aliases,
    );
    expect(model.tags).toEqual(told?.tags);
    for (const version of model.versions) {
      expect(version).toMatchObject({
        runId: told?.run,
        artifact: "notes",
        tags: { n: version.description },
      });
      expect(version.digest).toMatch(/^sha256:/);
    }
  }
  expect((await store.registry.verify()).problem).toBeNull();
  for (const [id, told] of Object.entries(said.loggedModels ?? {}))
    expect(await store.loggedModels.get(id)).toMatchObject({
      ...{ name: told.name, runId: told.run, type: "agent", status: "ready" },
      ...{ parameters: [["depth", "3"]], tags: [["kind", "cnn"]] },
      metrics: [{ key: "f1", value: told.f1, step: 4, dataset: { name: "iris", digest: "abc123" } }],
    });
}
