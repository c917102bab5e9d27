/** MLflow's own server from PyPI, on a fresh SQLite file. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { freePort } from "../../editor/freePorts.ts";

export interface ReferenceServer {
  readonly url: string;
  close(): Promise<void>;
}

/** `programs`: the folder of programs of an environment with the whole mlflow. Resolves when it answers. */
export async function startReferenceServer(programs: string): Promise<ReferenceServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "runline-reference-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = ["server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
  const stores = ["--backend-store-uri", `sqlite:///${path.join(folder, "mlflow.db")}`];
  const artifacts = ["--artifacts-destination", path.join(folder, "artifacts")];
  const child = spawn(path.join(programs, "mlflow"), [...server, ...stores, ...artifacts], {
    cwd: folder,
    env: { ...process.env, PATH: `${programs}:${process.env.PATH}`, MLFLOW_DISABLE_TELEMETRY: "true" },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let complaints = "";
  child.stderr.on("data", (bytes: Buffer) => {
    complaints = (complaints + bytes.toString()).slice(-4_000);
  });
  const ended = new Promise<never>((_, reject) => {
    child.once("close", () => reject(new Error(`mlflow server ended: ${complaints}`)));
    child.once("error", reject);
  });
  const close = async () => {
    ended.catch(() => undefined);
    const gone = new Promise((resolve) => child.once("close", resolve));
    // Its workers are a group of their own.
    if (child.pid !== undefined && child.exitCode === null) {
      process.kill(-child.pid, "SIGKILL");
      await gone;
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
  };
  await Promise.race([answering(`${url}/health`), ended]).catch(async (thrown: unknown) => {
    await close();
    throw thrown;
  });
  return { url, close };
}

async function answering(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
