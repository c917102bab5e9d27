/** MLflow's own server as a team has it: on a port that stays, killed and started again with what it had. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { freePort } from "../../editor/freePorts.ts";
import { clientPrograms, newestClient } from "./clients.ts";

interface Wire {
  readonly run: { readonly info: { readonly run_id: string } };
  readonly runs?: readonly WireRun[];
  readonly experiments: readonly { readonly experiment_id: string }[];
  readonly experiment_id: string;
  readonly metrics?: readonly { readonly value: number; readonly step: number }[];
  readonly files?: readonly { readonly path: string }[];
  readonly model_version: { readonly version: string };
  readonly registered_model: {
    readonly aliases?: readonly { readonly alias: string; readonly version: string }[];
  };
}

export interface WireRun {
  readonly info: { readonly run_id: string; readonly status: string; readonly run_name: string };
  readonly data: {
    readonly params?: readonly { readonly key: string; readonly value: string }[];
    readonly tags?: readonly { readonly key: string; readonly value: string }[];
  };
}

export interface TeamPeer {
  readonly url: string;
  post(place: string, body: object): Promise<Wire>;
  get(place: string, query: Readonly<Record<string, string>>): Promise<Wire>;
  /** Registers a version of a model whose folder has this `MLmodel`; answers its number. */
  register(model: string, mlmodel: string): Promise<number>;
  /** Runs of all experiments. */
  runs(): Promise<readonly WireRun[]>;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startTeamPeer(): Promise<TeamPeer> {
  const programs = await clientPrograms(newestClient);
  const folder = await mkdtemp(path.join(tmpdir(), "runline-team-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = ["server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
  const stores = ["--backend-store-uri", `sqlite:///${path.join(folder, "mlflow.db")}`];
  const artifacts = ["--artifacts-destination", path.join(folder, "artifacts")];
  let kill = async () => undefined as undefined;

  async function start(): Promise<void> {
    const child = spawn(path.join(programs, "mlflow"), [...server, ...stores, ...artifacts], {
      cwd: folder,
      env: { ...process.env, PATH: `${programs}:${process.env.PATH}`, MLFLOW_DISABLE_TELEMETRY: "true" },
      stdio: "ignore",
      detached: true,
    });
    const gone = new Promise<undefined>((resolve) => child.once("close", () => resolve(undefined)));
    kill = async () => {
      // Its workers are a group of their own.
      const lives = child.exitCode === null && child.signalCode === null;
      if (child.pid !== undefined && lives) process.kill(-child.pid, "SIGKILL");
      return gone;
    };
    while ((await fetch(`${url}/health`).catch(() => null))?.ok !== true) {
      if (child.exitCode !== null) throw new Error("mlflow server ended");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  const answer = async (response: Response) => (await response.json()) as Wire;
  const post = async (place: string, body: object) =>
    answer(
      await fetch(`${url}/api/2.0/mlflow/${place}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  await start();
  return {
    url,
    post,
    start,
    kill: () => kill(),
    get: async (place, query) =>
      answer(await fetch(`${url}/api/2.0/mlflow/${place}?${new URLSearchParams(query)}`)),
    async register(name, mlmodel) {
      const { run } = await post("runs/create", {
        experiment_id: "0",
        run_name: `${name}-fit`,
        start_time: 1,
      });
      const { run_id: id } = run.info;
      const folder = `0/${id}/artifacts/model`;
      const put = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${folder}/MLmodel`, {
        method: "PUT",
        body: mlmodel,
      });
      if (!put.ok) throw new Error(`MLmodel was not taken: ${put.status}`);
      await post("runs/update", { run_id: id, status: "FINISHED", end_time: 2 });
      await post("registered-models/create", { name });
      const source = `mlflow-artifacts:/${folder}`;
      const { model_version: made } = await post("model-versions/create", { name, source, run_id: id });
      return Number(made.version);
    },
    async runs() {
      const { experiments } = await post("experiments/search", { max_results: 100 });
      const ids = experiments.map(({ experiment_id }) => experiment_id);
      return (await post("runs/search", { experiment_ids: ids })).runs ?? [];
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
