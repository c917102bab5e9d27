/** A workspace that reaches hosts over real ssh, with real store, recorder and git: what the tests of remote runs stand on. */

import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Hosts, Reach } from "../../../../src/compute/compute.ts";
import { localCompute } from "../../../../src/compute/local/local.ts";
import { commandPace, type ReachParts, reachFrom } from "../../../../src/compute/reach.ts";
import { localCode } from "../../../../src/compute/snapshot/snapshot.ts";
import type { LooksPace } from "../../../../src/compute/ssh/hostLooks.ts";
import type { Timing } from "../../../../src/compute/ssh/sshTransport.ts";
import { type HostSettings, splitHostDirectory } from "../../../../src/model/host.ts";
import { type Run, terminalStates } from "../../../../src/model/run.ts";
import { type Follower, follow } from "../../../../src/ops/follow.ts";
import { type HostLaunchAsk, launchOnHost } from "../../../../src/ops/hostLaunch.ts";
import type { Launched } from "../../../../src/ops/launch.ts";
import { type Layout, layoutOf } from "../../../../src/ops/layout.ts";
import { openSqliteStore } from "../../../../src/store/sqlite/open.ts";
import type { Store } from "../../../../src/store/store.ts";
import { makeRepository, newId, projectRoot, recorder, settings } from "../../stack.ts";
import type { SshBench } from "./sshd.ts";

export interface HostStack {
  readonly workspace: string;
  readonly layout: Layout;
  readonly store: Store;
  readonly reach: Reach;
  readonly hosts: Hosts;
  /** Failures that the follower has told. */
  readonly troubles: unknown[];
  /** Ids of runs whose end the follower has told. */
  readonly told: readonly string[];
  launch(ask: HostLaunchAsk): Promise<Launched>;
  follow(): Follower;
  /** Ends the following, until the next `follow`. */
  unfollow(): Promise<void>;
  run(id: string): Promise<Run>;
  /** The run once it has ended, while followed. */
  ended(id: string): Promise<Run>;
  /** The output as it lies on the host (the same machine here). */
  log(id: string): Promise<Buffer>;
  /** The copy of it here. */
  mirrored(id: string): Promise<Buffer>;
  /** Closes what is open, as when the window goes; nothing is removed. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

export interface HostStackWish {
  readonly bench: Pick<SshBench, "configuration">;
  readonly hosts: Readonly<Record<string, HostSettings>>;
  readonly timing?: Partial<Timing>;
  readonly pace?: LooksPace;
  readonly slurm?: ReachParts["slurm"];
  /** Another window on the same workspace. */
  readonly workspace?: string;
  readonly git?: boolean;
}

/** As a person has it: the best files of a run are kept. */
const keeping = { ...settings, capture: { ...settings.capture, artifacts: ["best*"] } };
const scripts = path.join(projectRoot, "test", "fixtures", "scripts");
/** Everything in tenths of what people have. */
const quick: Partial<Timing> = {
  tickMs: 100,
  quietMs: 500,
  heartbeatMs: 1_000,
  answerMs: 8_000,
  firstRetryMs: 50,
  lastRetryMs: 400,
};

export async function openHostStack(wish: HostStackWish): Promise<HostStack> {
  const { bench } = wish;
  const made = wish.workspace === undefined;
  const workspace =
    wish.workspace ?? path.join(await mkdtemp(path.join(tmpdir(), "runline-hosts-")), "project");
  if (made) {
    await cp(scripts, workspace, { recursive: true });
    if (wish.git) await makeRepository(workspace);
  }
  const layout = layoutOf(workspace);
  await mkdir(layout.runs, { recursive: true, mode: 0o700 });
  const store = await openSqliteStore(layout.store);
  const reach = reachFrom({
    local: localCompute(recorder),
    code: localCode(),
    recorder,
    pace: wish.pace ?? { ...commandPace, patienceMs: 3_000, soonestMs: 50, slowestMs: 300, freshMs: 100 },
    ssh: { timing: { ...quick, ...wish.timing } },
    ...(wish.slurm === undefined ? {} : { slurm: wish.slurm }),
  })({
    workspace,
    directory: layout.directory,
    runs: layout.runs,
    allowed: () => true,
    settings: () => ({ hosts: wish.hosts, sshConfigFile: bench.configuration }),
  });
  const told: string[] = [];
  const troubles: unknown[] = [];
  let follower: Follower | null = null;

  const runOf = async (id: string): Promise<Run> => {
    const run = await store.runs.get(id);
    if (run === null) throw new Error(`no run ${id}`);
    return run;
  };
  const there = async (id: string) => splitHostDirectory((await runOf(id)).directory)?.path ?? "";

  const stack: HostStack = {
    workspace,
    layout,
    store,
    reach,
    hosts: reach.hosts,
    troubles,
    told,
    async launch(ask) {
      const parts = { store, hosts: reach.hosts, code: reach.code, layout, clock: Date.now, newId };
      const launched = await launchOnHost(ask, { ...parts, settings: keeping });
      follower?.poke();
      return launched;
    },
    follow() {
      follower ??= follow({
        store,
        compute: reach.compute,
        layout,
        clock: Date.now,
        changed: () => undefined,
        ended: (run) => void told.push(run.id),
        failed: (thrown) => void troubles.push(thrown),
      });
      return follower;
    },
    async unfollow() {
      await follower?.close();
      follower = null;
    },
    run: runOf,
    async ended(id) {
      const until = Date.now() + 60_000;
      for (;;) {
        await stack.follow().looked();
        const now = await runOf(id);
        if (terminalStates.has(now.state)) return now;
        if (Date.now() > until) throw new Error(`${now.name} is still ${now.state}: ${now.reason}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    log: async (id) => readFile(path.join(await there(id), "output.log")),
    mirrored: (id) => readFile(path.join(layout.directory, "mirror", id, "output.log")),
    async leave() {
      await stack.unfollow();
      await reach.hosts.close();
      await store.close();
    },
    async close() {
      await stack.leave();
      if (made) await rm(path.dirname(workspace), { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return stack;
}
