/** A full disk under MLflow's face: the client is told so, what was answered with yes is kept, and it goes on when there is space again. */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Client, newRun, projectIn, serve } from "../../unit/api/mlflow/face.ts";
import { freshFolder } from "../../unit/store/freshStore.ts";

const perBatch = 500;

test("a full disk refuses what does not fit, and loses nothing that was taken", async (context) => {
  const folder = await freshFolder();
  if (!mountSmallDisk(folder)) {
    if (process.env.CI === "true")
      throw new Error("nothing may be mounted here, so disk faults can't be tested");
    context.skip("mounting a small disk is not allowed here");
  }
  const project = projectIn(folder);
  onTestFinished(() => project.store.close());
  const client = await serve({}, project);
  const run = await newRun(client);
  const kept = "kept ".repeat(1_000);
  expect((await upload(client, run, "kept.txt", kept)).status).toBe(200);
  const filler = path.join(folder, "filler");
  fs.writeFileSync(filler, new Uint8Array(2 * 1024 * 1024));

  let taken = 0;
  let refused = await log(client, run, taken);
  for (; refused.status === 200; refused = await log(client, run, taken)) taken += 1;
  const full = {
    status: 503,
    json: { error_code: "TEMPORARILY_UNAVAILABLE", message: expect.stringContaining("full") },
  };
  expect(refused).toEqual(full);
  // A file is refused as a whole: no half of it is there, nor any draft.
  const big = await upload(client, run, "kept.txt", "x".repeat(6 * 1024 * 1024));
  expect({ status: big.status, json: await big.json() }).toEqual(full);
  expect(await (await download(client, run, "kept.txt")).text()).toBe(kept);
  const names = fs.readdirSync(folder, { recursive: true }).map(String);
  expect(names.filter((name) => name.includes(".upload-"))).toEqual([]);
  const steps = async () => {
    const { json } = await client.get("metrics/get-history", { run_id: run, metric_key: "loss" });
    return (json.metrics ?? []).map(({ step }) => step);
  };
  const all = (batches: number) => Array.from({ length: batches * perBatch }, (_, step) => step);
  expect((await steps()).slice(0, taken * perBatch)).toEqual(all(taken));

  fs.rmSync(filler);
  // What was refused is sent again, as clients do: whatever of it was there already is not doubled.
  expect((await log(client, run, taken)).status).toBe(200);
  expect(await steps()).toEqual(all(taken + 1));
  expect((await upload(client, run, "kept.txt", "new")).status).toBe(200);
  expect(await (await download(client, run, "kept.txt")).text()).toBe("new");
  for (const failure of client.failures) expect(String(failure)).toMatch(/full|storeBusy/);
}, 60_000);

function log(client: Client, run: string, batch: number) {
  const metrics = Array.from({ length: perBatch }, (_, at) => {
    const step = batch * perBatch + at;
    return { key: "loss", value: Math.sin(step), timestamp: 1_000 + step, step };
  });
  return client.post("runs/log-batch", { run_id: run, metrics });
}

const place = (run: string, name: string) =>
  `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${encodeURIComponent(name)}`;

function upload(client: Client, run: string, name: string, text: string): Promise<Response> {
  return client.send("PUT", place(run, name), text, { "content-type": "text/plain" });
}

function download(client: Client, run: string, name: string): Promise<Response> {
  return client.send("GET", place(run, name));
}

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=5m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return false;
  }
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", folder]);
  });
  return true;
}
