/** The two servers that are measured beside each other, each as its own process, with what its start and its memory cost. */

import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { freePort } from "../editor/freePorts.ts";

export interface Served {
  readonly name: string;
  readonly folder: string;
  readonly url: string;
  readonly token: string;
  /** From its start as a process to its first answer. */
  readonly startMs: number;
  readonly startProcessorMs: number;
  /** Of its processes: the first one's id. */
  readonly group: number;
  /** Resident memory of the process and of all that it has started. */
  megabytes(): number;
  stop(): Promise<void>;
}

const root = path.join(import.meta.dirname, "../..");

/** The CLI as it is shipped, in a folder that has a store already. */
export async function serveRunline(folder: string): Promise<Served> {
  const port = await freePort();
  const argv = [
    process.execPath,
    path.join(root, "dist", "cli.cjs"),
    "serve",
    "--port",
    String(port),
    "--no-token",
  ];
  return serve("Runline", folder, port, argv);
}

/** `programs`: the folder of programs of an environment with the whole mlflow. Its database is `mlflow.db` in the folder. */
export async function serveMlflow(folder: string, programs: string): Promise<Served> {
  const port = await freePort();
  const database = `sqlite:///${path.join(folder, "mlflow.db")}`;
  const where = ["--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
  const stores = ["--backend-store-uri", database, "--artifacts-destination", path.join(folder, "artifacts")];
  const argv = [path.join(programs, "mlflow"), "server", ...where, ...stores];
  return serve("mlflow server", folder, port, argv, { PATH: `${programs}:${process.env.PATH}` });
}

async function serve(
  name: string,
  folder: string,
  port: number,
  [command = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: "true", ...environment },
    stdio: "ignore",
    detached: true,
  });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async () => {
    // Workers are in its group.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await gone;
  };
  await answering(`${url}/health`, name, child);
  const startMs = performance.now() - began;
  const group = child.pid ?? 0;
  const tickMs = 10;
  const startProcessorMs = sumOf(group, (fields) => (Number(fields[11]) + Number(fields[12])) * tickMs);
  const pageBytes = 4096;
  const megabytes = () => sumOf(group, (fields) => (Number(fields[21]) * pageBytes) / 1e6);
  return { name, folder, url, token: "", group, startMs, startProcessorMs, megabytes, stop };
}

async function answering(url: string, name: string, child: ChildProcess): Promise<void> {
  while ((await fetch(url).catch(() => null))?.ok !== true) {
    if (child.exitCode !== null) throw new Error(`${name} ended`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Over its whole process group, as a server may have workers: of the fields of `/proc/<pid>/stat` from the state on. */
function sumOf(group: number, figureOf: (fields: readonly string[]) => number): number {
  const figures = fs
    .readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return Number(fields[2]) === group ? figureOf(fields) : 0;
      } catch {
        return 0; // It has just ended.
      }
    });
  return figures.reduce((sum, each) => sum + each, 0);
}
