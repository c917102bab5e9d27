/** A workspace of its own with the real parts: store, recorder, git where asked for. What the tests of runs stand on. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Compute } from "../../src/compute/compute.ts";
import { localCompute } from "../../src/compute/local/local.ts";
import { localCode } from "../../src/compute/snapshot/snapshot.ts";
import type { CaptureSettings } from "../../src/model/journal.ts";
import type { Run } from "../../src/model/run.ts";
import { terminalStates } from "../../src/model/run.ts";
import { runIdAt } from "../../src/model/runId.ts";
import { type Follower, follow } from "../../src/ops/follow.ts";
import { type LaunchAsk, type Launched, type LaunchSettings, launch } from "../../src/ops/launch.ts";
import { type Layout, layoutOf } from "../../src/ops/layout.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";

export const projectRoot = path.resolve(import.meta.dirname, "../..");
export const recorder = path.join(projectRoot, "src", "recorder");
const scripts = path.join(projectRoot, "test", "fixtures", "scripts");

export const capture: CaptureSettings = {
  stdout: true,
  patterns: [],
  tensorboard: false,
  parameters: true,
  files: true,
  data_folders: [],
  artifacts: [],
  artifact_limit_bytes: 1e8,
  system_interval_seconds: 5,
};

export const settings: LaunchSettings = {
  python: "",
  parallelRuns: 0,
  codeSizeLimitMegabytes: 10,
  capture,
  graceSeconds: 1,
};

export interface Stack {
  readonly workspace: string;
  readonly layout: Layout;
  readonly compute: Compute;
  readonly store: Store;
  launch(ask: LaunchAsk, changed?: Partial<LaunchSettings>): Promise<Launched>;
  /** Runs a fixture script by its name. */
  start(script: string, args?: readonly string[], changed?: Partial<LaunchSettings>): Promise<Launched>;
  /** Begins to follow; at most once until `unfollow`. */
  follow(): Follower;
  unfollow(): Promise<void>;
  /** The run once it has ended and is drained, while followed. */
  ended(id: string): Promise<Run>;
  run(id: string): Promise<Run>;
  log(id: string): Promise<Buffer>;
  close(): Promise<void>;
}

export const newId = () => runIdAt(Date.now(), randomBytes(16));

/** `at`: make the workspace in this folder instead of the system's temporary one. */
export async function openStack(at: string = tmpdir()): Promise<Stack> {
  const workspace = path.join(await mkdtemp(path.join(at, "runline-stack-")), "work space");
  await cp(scripts, workspace, { recursive: true });
  const layout = layoutOf(workspace);
  await mkdir(layout.runs, { recursive: true, mode: 0o700 });
  const store = await openSqliteStore(layout.store);
  const compute = localCompute(recorder);
  const code = localCode();
  const waiting = new Map<string, (run: Run) => void>();
  const started = new Set<string>();
  let follower: Follower | null = null;

  const runOf = async (id: string): Promise<Run> => {
    const run = await store.runs.get(id);
    if (run === null) throw new Error(`no run ${id}`);
    return run;
  };

  const stack: Stack = {
    workspace,
    layout,
    compute,
    store,
    async launch(ask, changed = {}) {
      const parts = {
        store: async () => store,
        compute,
        code,
        layout,
        clock: Date.now,
        newId,
        settings: { ...settings, ...changed },
      };
      const launched = await launch(ask, parts);
      started.add(launched.id);
      follower?.poke();
      return launched;
    },
    start: (script, args = [], changed = {}) =>
      stack.launch({ script: path.join(workspace, script), arguments: args }, changed),
    follow() {
      follower ??= follow({
        store,
        compute,
        layout,
        clock: Date.now,
        changed: () => undefined,
        ended: (run) => waiting.get(run.id)?.(run),
        failed: (thrown) => {
          throw thrown;
        },
      });
      return follower;
    },
    async unfollow() {
      await follower?.close();
      follower = null;
    },
    async ended(id) {
      const end = new Promise<Run>((resolve) => waiting.set(id, resolve));
      await stack.follow().looked();
      const now = await runOf(id);
      return terminalStates.has(now.state) ? now : end;
    },
    run: runOf,
    log: (id) => readFile(path.join(layout.runs, id, "output.log")),
    async close() {
      await stack.unfollow();
      for (const id of started) await compute.cancel(path.join(layout.runs, id));
      await store.close();
      // A run that was just canceled may be writing its last.
      await rm(path.dirname(workspace), { recursive: true, force: true, maxRetries: 20 });
    },
  };
  return stack;
}

/** Makes the workspace a git repository with one commit; answers git itself. */
export async function makeRepository(workspace: string): Promise<(...args: string[]) => string> {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: workspace, encoding: "utf8" });
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Ana");
  git("config", "user.email", "ana@example.org");
  await writeFile(path.join(workspace, ".gitignore"), ".runline/\n__pycache__/\n");
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  return git;
}

/** Waits for a condition that the file system or another process brings about, looking often. */
export async function until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = Date.now() + 45_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
