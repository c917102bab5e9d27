/** Everything a workspace reaches: this machine, and others over SSH, behind one compute. A run's directory says which. */

import { hostname } from "node:os";
import { basename, join } from "node:path";
import { RunlineError } from "../model/failure.ts";
import { type HostCheck, type HostEntry, isHostName, splitHostDirectory } from "../model/host.ts";
import { ownCluster } from "../model/slurm.ts";
import type { CodeKeeper, CodePlace } from "./code.ts";
import type { Compute, Hosts, Observation, Reach, ReachWish } from "./compute.ts";
import { cleanEnvironment } from "./local/environment.ts";
import { localTransport, ownSlurm } from "./localTransport.ts";
import { lookAt, selfLook } from "./machineLook.ts";
import { type OpenHosts, openHosts } from "./openHosts.ts";
import { clusterPace, clusterQueue, type QueuePace } from "./slurm/clusterQueue.ts";
import { type SlurmHost, slurmHost } from "./slurm/slurmHost.ts";
import type { SubmitPace } from "./slurm/submit.ts";
import { repositoryOf } from "./snapshot/repository.ts";
import { checkHost } from "./ssh/checkHost.ts";
import { configuredHosts } from "./ssh/configuration.ts";
import type { LooksPace } from "./ssh/hostLooks.ts";
import { type Mirror, mirrorIn } from "./ssh/mirror.ts";
import { type RunOrigin, sshHost } from "./ssh/sshHost.ts";
import { type SshSettings, sshTransport } from "./ssh/sshTransport.ts";

export interface ReachParts {
  readonly local: Compute;
  readonly code: CodeKeeper;
  /** Path of the recorder, packed or its sources. */
  readonly recorder: string;
  readonly pace: LooksPace;
  /** What ssh is started with besides the configuration that is set. */
  readonly ssh?: SshSettings;
  /** Given by tests, which have no minutes to spare. */
  readonly slurm?: { readonly queue?: QueuePace; readonly submit?: SubmitPace };
}

/** An editor shows what was seen last and hears of news; it never waits for a machine. */
export const editorPace: LooksPace = { freshMs: 4_000, patienceMs: 300, soonestMs: 1_000, slowestMs: 4_000 };
/** A command is asked once and answers with how it is now, if that can be had in a few seconds. */
export const commandPace: LooksPace = { freshMs: 400, patienceMs: 6_000, soonestMs: 500, slowestMs: 2_000 };

/** Opens nothing yet. */
export function reachFrom(parts: ReachParts): (wish: ReachWish) => Reach {
  return (wish) => reachOf(parts, wish);
}

function reachOf({ local, code, recorder, pace, ssh, slurm }: ReachParts, wish: ReachWish): Reach {
  const mirror = mirrorIn(join(wish.directory, "mirror"));
  let known: Promise<RunOrigin> | null = null;
  const origin = () => {
    known ??= originOf(wish.workspace);
    return known;
  };
  const checks = new Map<string, HostCheck>();
  const self = selfLook(localTransport());
  const watchers = new Set<() => void>();
  const finders = new Set<() => void>();
  const tell = () => {
    for (const changed of watchers) changed();
  };

  const found = () => {
    for (const changed of finders) changed();
  };
  const open = openHosts({
    settings: wish.settings,
    transport(name, sshConfigFile) {
      const configuration = sshConfigFile === "" ? {} : { configuration: sshConfigFile };
      const reached = { ...ssh, ...configuration, allowed: wish.allowed };
      const isOwn = name === ownCluster && ownSlurm() !== null;
      return isOwn
        ? localTransport(cleanEnvironment(ssh?.environment ?? process.env), name, reached)
        : sshTransport(name, reached);
    },
    host(transport, settings) {
      const plain = sshHost({ transport, recorder, settings, mirror, pace, origin, found });
      const queue = clusterQueue(transport, join(wish.directory, "slurm"), slurm?.queue ?? clusterPace);
      const parts = { host: plain, mirror, queue, patienceMs: pace.patienceMs };
      return slurmHost(slurm?.submit === undefined ? parts : { ...parts, pace: slurm.submit });
    },
    changed: tell,
    renewed(name) {
      checks.delete(name);
      tell();
    },
  });

  function on(name: string): SlurmHost {
    if (!isHostName(name)) throw new RunlineError("hostInvalid", { host: JSON.stringify(name) });
    return open.on(name);
  }

  const hosts: Hosts = {
    on,
    async list() {
      const { hosts: set, sshConfigFile } = wish.settings();
      const runs = (await mirror.directories()).flatMap(
        (directory) => splitHostDirectory(directory)?.host ?? [],
      );
      const configured = await configuredHosts(sshConfigFile === "" ? undefined : sshConfigFile);
      const known = new Map<string, HostEntry["from"]>();
      if (ownSlurm() === "ready") known.set(ownCluster, "cluster");
      for (const name of configured) if (!known.has(name)) known.set(name, "config");
      for (const name of Object.keys(set))
        if (isHostName(name) && !known.has(name)) known.set(name, "settings");
      for (const name of runs) if (!known.has(name)) known.set(name, "runs");
      const first = new Set([...open.all().map(([name]) => name), ...runs]);
      const names = [...known.keys()].sort((a, b) => Number(first.has(b)) - Number(first.has(a)));
      return names.map((name) => ({
        name,
        from: known.get(name) ?? "runs",
        link: open.find(name)?.transport.link() ?? { state: "idle", since: 0 },
        check: checks.get(name) ?? null,
      }));
    },
    async connect(name, person) {
      const host = on(name);
      await host.transport.connect(person);
      await host.adopt();
      host.looks.poke();
    },
    disconnect: (name) => open.find(name)?.transport.disconnect(),
    async check(name) {
      const made = await checkHost(name, on(name).calls);
      checks.set(name, made);
      tell();
      return made;
    },
    async look(name) {
      if (name === null) return self.look();
      const transport = open.find(name)?.transport;
      if (transport?.link().state !== "connected") return null;
      return lookAt(transport, () => transport.link().state !== "connected");
    },
    watch(changed) {
      watchers.add(changed);
      return { [Symbol.dispose]: () => void watchers.delete(changed) };
    },
    refit: open.refit,
    async close() {
      self.close();
      open.close();
    },
  };
  return {
    hosts,
    code: codeWithMirror(code, mirror),
    compute: routed({ local, open, on, mirror, finders }, wish.runs),
  };
}

interface Routes {
  readonly local: Compute;
  readonly open: OpenHosts;
  readonly on: (host: string) => SlurmHost;
  readonly mirror: Mirror;
  readonly finders: Set<() => void>;
}

/** By the directory: this machine's compute, or that of the host that it names. */
function routed({ local, open, on, mirror, finders }: Routes, runs: string): Compute {
  const of = (directory: string): Compute => {
    const split = splitHostDirectory(directory);
    return split === null ? local : on(split.host);
  };
  return {
    ...local,
    hostOf: (directory) => of(directory).host,
    begunAgain: () => open.all().flatMap(([, host]) => host.begunAgain()),
    prepare: (directory) => of(directory).prepare(directory),
    launch: (launch) => of(launch.directory).launch(launch),
    read: (directory, file, offset, length) => of(directory).read(directory, file, offset, length),
    async artifact(directory, kept) {
      const split = splitHostDirectory(directory);
      if (split !== null) return on(split.host).artifact(directory, kept);
      return join(directory, "artifacts", ...kept.path.split("/"));
    },
    cancel: (directory) => of(directory).cancel(directory),
    discard: (directory) => of(directory).discard(directory),
    async observe(directories) {
      const groups = new Map<Compute, string[]>();
      for (const directory of directories) {
        const compute = of(directory);
        const own = groups.get(compute);
        if (own === undefined) groups.set(compute, [directory]);
        else own.push(directory);
      }
      const seen = new Map<string, Observation>();
      await Promise.all(
        [...groups].map(async ([compute, own]) => {
          for (const each of await compute.observe(own)) seen.set(each.directory, each);
        }),
      );
      return directories.flatMap((directory) => seen.get(directory) ?? []);
    },
    watch(directory, changed) {
      const split = splitHostDirectory(directory);
      if (split !== null) return open.watch(split.host, directory, changed);
      if (directory !== runs) return local.watch(directory, changed);
      const watching = local.watch(directory, changed);
      finders.add(changed);
      return {
        [Symbol.dispose]() {
          watching[Symbol.dispose]();
          finders.delete(changed);
        },
      };
    },
    async list(folder) {
      const here = await local.list(folder);
      if (folder !== runs) return here;
      const all = [...here, ...(await mirror.directories())];
      return all.sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
    },
  };
}

/** Copies of code lie with the run; those of a run elsewhere with its mirror. */
function codeWithMirror(code: CodeKeeper, mirror: Mirror): CodeKeeper {
  const here = (place: CodePlace): CodePlace =>
    splitHostDirectory(place.directory) === null
      ? place
      : { ...place, directory: mirror.folder(basename(place.directory)) };
  return {
    keep: (request) =>
      code.keep({ ...request, directory: here({ ...request, snapshot: nowhere }).directory }),
    file: (place, path) => code.file(here(place), path),
    changes: (place, written) => code.changes(here(place), written),
    checkout: (place) => code.checkout(here(place)),
    forget: (place, runId) => code.forget(here(place), runId),
  };
}

const nowhere: CodePlace["snapshot"] = {
  ...{ kind: "manifest", id: "", tree: "", head: null, branch: null, remote: null },
  ...{ changed: [], changed_count: 0, skipped: [] },
};

/**
 * A clone of the same repository on another machine of the same person is the same project; without a repository, a folder of the same
 * name is.
 */
async function originOf(workspace: string): Promise<RunOrigin> {
  const repository = await repositoryOf(workspace);
  const remote = await repository?.git(["config", "--get", "remote.origin.url"]).catch(() => "");
  const place = repository === null || !remote?.trim() ? basename(workspace) : repository.prefix;
  return { project: `${remote?.trim() ?? ""}#${place}`, workspace, machine: hostname() };
}
