import { readFile, rm, stat } from "node:fs/promises";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lastAddress, readAddress } from "../../../../src/api/mlflow/address.ts";
import { admit } from "../../../../src/api/mlflow/guard.ts";
import { servedAt } from "../../../../src/api/mlflow/projectServer.ts";
import { windowServer } from "../../../../src/api/mlflow/windowServer.ts";
import { freshProject, newRun, projectIn, serve } from "./face.ts";

const never = (thrown: unknown) => {
  throw thrown;
};

test("the address is in a file for its owner alone, and port and token stay the same", async () => {
  const project = await freshProject();
  const { directory } = project.layout;
  const first = windowServer(project, never);
  const { url, token } = await first.address();
  const file = path.join(directory, "mlflow.json");
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ url, token });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await first.address()).toEqual({ url, token });
  // Another window of the folder finds it.
  const other = projectIn(project.layout.workspace);
  onTestFinished(() => other.store.close());
  const second = windowServer(other, never);
  expect(await second.address()).toEqual({ url, token });
  await second.close();
  expect(await servedAt(directory)).toEqual({ url, token });
  await first.close();
  expect(await readAddress(directory)).toBeNull();
  // A window that is loaded anew serves there again.
  const third = windowServer(other, never);
  await third.resume();
  expect(await third.address()).toEqual({ url, token });
  await third.close();
});

test("of two windows one serves, and the other takes over at the same address when it is closed", async () => {
  const project = await freshProject();
  const { directory, workspace } = project.layout;
  const other = projectIn(workspace);
  onTestFinished(() => other.store.close());
  const kept = windowServer(project, never);
  const { url, token } = await kept.address();
  await kept.close();
  // Both begin at once, as after a restart of the editor.
  const windows = [windowServer(project, never), windowServer(other, never)] as const;
  onTestFinished(async () => {
    for (const window of windows) await window.close();
  });
  const said = await Promise.all(windows.map((window) => window.address()));
  expect(said).toEqual([
    { url, token },
    { url, token },
  ]);
  const [first, second] = windows;
  await first.close();
  await expect.poll(() => servedAt(directory), { timeout: 10_000 }).toEqual({ url, token });
  await second.close();
  expect(await servedAt(directory)).toBeNull();
});

test("a server that is switched off stays off in the next window", async () => {
  const project = await freshProject();
  const { directory } = project.layout;
  const window = windowServer(project, never);
  await window.address();
  await window.forget();
  await window.resume();
  expect(await servedAt(directory)).toBeNull();
  expect(await lastAddress(directory)).toBeNull();
});

test("a folder that nobody asked about is not served", async () => {
  const project = await freshProject();
  const window = windowServer(project, never);
  await window.resume();
  expect(await lastAddress(project.layout.directory)).toBeNull();
  await window.close();
});

test("a request for another name of this machine is refused", () => {
  const guard = { token: null, hosts: ["box"], origins: [] };
  const knock = (host: string) => ({ method: "GET", host, origin: undefined, authorization: undefined });
  for (const host of ["localhost:5000", "127.0.0.1", "[::1]:80", "box:1", "127.1.2.3:9"])
    admit(knock(host), guard);
  for (const host of ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example:80", "box2"])
    expect(() => admit(knock(host), guard)).toThrow("are not answered here");
});

test("a rebuilt store holds all that clients said", async () => {
  const client = await serve();
  const { project } = client;
  const post = (place: string, body: object) => client.post(place, body);
  const { experiment_id: old = "" } = (
    await post("experiments/create", { name: "before", tags: [{ key: "a", value: "b" }] })
  ).json;
  const { experiment_id: bucket = "" } = (
    await post("experiments/create", { name: "far", artifact_location: "s3://b/x" })
  ).json;
  const id = await newRun(client, {
    experiment_id: old,
    run_name: "kept",
    user_id: "me",
    tags: [{ key: "t", value: "v" }],
  });
  await post("runs/log-batch", {
    run_id: id,
    metrics: [
      { key: "m", value: "NaN", timestamp: 5, step: 2 },
      { key: "m", value: 1, timestamp: 4, step: 1 },
    ],
    params: [{ key: "p", value: "1" }],
    tags: [{ key: "gone", value: "x" }],
  });
  await post("runs/delete-tag", { run_id: id, key: "gone" });
  await post("runs/log-inputs", {
    run_id: id,
    datasets: [{ dataset: { name: "d", digest: "1", source_type: "s", source: "{}" } }],
  });
  const model =
    (
      await post("logged-models", {
        experiment_id: old,
        name: "tree",
        source_run_id: id,
        params: [{ key: "a", value: "b" }],
      })
    ).json.model?.info.model_id ?? "";
  await post("runs/outputs", { run_id: id, models: [{ model_id: model, step: 1 }] });
  await post("runs/log-metric", { run_id: id, key: "acc", value: 1, timestamp: 9, model_id: model });
  await post("logged-models", { experiment_id: bucket, name: "alone", tags: [{ key: "x", value: "y" }] });
  await post("runs/update", { run_id: id, status: "FINISHED", end_time: 8_000, run_name: "renamed" });
  await post("experiments/update", { experiment_id: old, new_name: "after" });
  const gone = await newRun(client, { experiment_id: bucket });
  await post("runs/delete", { run_id: gone });
  await post("experiments/delete", { experiment_id: bucket });

  const everything = async () => ({
    run: (await client.get("runs/get", { run_id: id })).json,
    gone: (await client.get("runs/get", { run_id: gone })).json.run?.info.lifecycle_stage,
    experiments: (await post("experiments/search", { view_type: "ALL", order_by: ["name"] })).json
      .experiments,
    models: (await post("logged-models/search", { experiment_ids: [old, bucket] })).json.models,
    history: (await client.get("metrics/get-history", { run_id: id, metric_key: "m" })).json.metrics,
  });
  const before = await everything();
  expect(before.models).toHaveLength(2);
  expect(await project.rebuild()).toEqual({ runs: 1 });
  expect(await everything()).toEqual(before);
  const store = await project.store.needed();
  expect(await store.runs.findings(id)).toEqual([]);

  // Without the old store the run directories alone tell of the runs, and of what they made.
  await project.store.close();
  for (const beside of ["", "-wal", "-shm"]) await rm(project.layout.store + beside, { force: true });
  await project.rebuild();
  const alone = await client.get("runs/get", { run_id: id });
  expect(alone.json.run?.data).toEqual(before.run.run?.data);
  expect(alone.json.run?.info).toEqual(before.run.run?.info);
});
