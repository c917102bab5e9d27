/** Starts a run on another machine: the code is kept here, sent there, and run from a copy of its own. */

import * as path from "node:path";
import type { CodeKeeper, KeptCode } from "../compute/code.ts";
import type { HostCompute, HostPlace, Hosts, LaunchRequest } from "../compute/compute.ts";
import { failureOf, RunlineError } from "../model/failure.ts";
import type { RunSpec } from "../model/journal.ts";
import { isRunName } from "../model/names.ts";
import { redactArguments } from "../model/redact.ts";
import { isRunId } from "../model/runId.ts";
import { ownCluster, type SlurmSettings, type SlurmWish } from "../model/slurm.ts";
import { wishProblem } from "../model/slurmOptions.ts";
import type { Store } from "../store/store.ts";
import { type CommandAsk, type CommandLine, commandLine } from "./commandLine.ts";
import {
  freeName,
  keepRow,
  type LaunchAsk,
  type Launched,
  type LaunchSettings,
  mostKillGraceSeconds,
  resourcesOf,
} from "./launch.ts";
import { inLaunchTurn } from "./launchTurn.ts";
import type { Layout } from "./layout.ts";
import { newRunOf } from "./newRun.ts";
import { runSpecIn } from "./runSpec.ts";
import { afterRuns } from "./slurmAfter.ts";

export interface HostLaunchAsk extends LaunchAsk {
  readonly host: string;
  /** It is to be a job of the host's Slurm, with what is asked of that. Absent: as it is set for the host. */
  readonly slurm?: SlurmWish;
  /** Runs that its job waits for: `<run>`, or `afterany:<run>` and the like (`parseAfter`). */
  readonly after?: readonly string[];
  /** Variables of this machine that the script gets too; values go through the connection and into its environment alone. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface HostLaunchParts {
  readonly store: Store;
  readonly hosts: Hosts;
  readonly code: CodeKeeper;
  readonly layout: Layout;
  readonly settings: LaunchSettings;
  readonly clock: () => number;
  readonly newId: () => string;
}

const parallelRunsOfHost = 2;

/**
 * Answers once the recorder there has begun. The same id twice is one run, however often the connection broke between. Throws what
 * `launch` throws, `hostOutside`, `hostCode`, and why the host can't be reached.
 */
export async function launchOnHost(ask: HostLaunchAsk, parts: HostLaunchParts): Promise<Launched> {
  const { store, layout, hosts } = parts;
  const id = ask.id ?? parts.newId();
  if (!isRunId(id)) throw new RunlineError("usage", { cause: `${id} is no run id.` });
  const known = await store.runs.get(id);
  if (known !== null) return { id, name: known.name, warnings: [] };
  for (const text of [ask.name, ask.experiment])
    if (text !== undefined && !isRunName(text)) throw new RunlineError("runNameInvalid", { name: text });
  const host = hosts.on(ask.host);
  const slurm = await slurmOf(ask, host, store);
  const inside = relativeAsk(ask, layout.workspace);
  const start = () => startAs(id, { ...ask, ...(slurm !== null && { slurm }) }, inside, host, parts);
  return ask.id === undefined ? start() : inLaunchTurn(id, layout, start);
}

async function startAs(
  id: string,
  ask: ReadyAsk,
  inside: CommandAsk,
  host: HostCompute,
  parts: HostLaunchParts,
): Promise<Launched> {
  const place = await host.place(id);
  const made = await makeReady(id, ask, inside, place, host, parts);
  const doubts = await host.launch(made.request).then(() => [], doubtOf);
  const { directory, spec } = made.request;
  const asked = (await runSpecIn(directory, host)) ?? spec;
  const warnings = await keepRow(newRunOf(asked, directory, host.host), parts.store);
  return { id, name: asked.name, warnings: [...made.warnings, ...doubts, ...warnings] };
}

/** Of a job that may have been taken or not: it is listed, and whoever follows it finds out. Throws everything else. */
export function doubtOf(thrown: unknown): readonly string[] {
  const { code, message, next } = failureOf(thrown);
  if (code !== "slurmUnclear") throw thrown;
  return [`${message} ${next}`];
}

/**
 * What is asked of Slurm, over what is set for the host; null for a run that is started directly. Throws `slurmOption` and what
 * `afterRuns` throws: before anything is sent.
 */
export async function slurmOf(
  { host: name, slurm, gpus, after = [] }: HostLaunchAsk,
  host: HostCompute,
  store: Store,
): Promise<SlurmSettings | null> {
  const { settings } = host;
  if (slurm === undefined && settings.scheduler !== "slurm" && name !== ownCluster) {
    if (after.length === 0) return null;
    throw new RunlineError("slurmOption", { cause: "Only a job of Slurm can wait for another run." });
  }
  const wish = { ...(gpus !== undefined && { gpus: String(gpus) }), ...settings.slurm, ...slurm };
  const problem = wishProblem(wish);
  if (problem !== null) throw new RunlineError("slurmOption", { cause: problem });
  return afterRuns(wish, after, host, store);
}

export interface Ready {
  readonly request: LaunchRequest;
  readonly warnings: readonly string[];
}

/** What was asked of Slurm is checked by then. */
export interface ReadyAsk extends HostLaunchAsk {
  readonly slurm?: SlurmSettings;
}

/** Everything before the start. What fails here has started nothing, so nothing of it stays. */
export async function makeReady(
  id: string,
  ask: ReadyAsk,
  inside: CommandAsk,
  { directory, queue }: HostPlace,
  host: HostCompute,
  parts: HostLaunchParts,
): Promise<Ready> {
  const { layout } = parts;
  try {
    await host.prepare(directory);
    const kept = await keepCode(id, directory, parts);
    const code = { workspace: layout.workspace, directory, snapshot: kept.snapshot };
    const { workspace } = await host.sendCode(code, id);
    const line = await commandThere(inside, workspace, host);
    const spec = await specOf(id, ask, line, kept, { workspace, queue, host }, parts);
    const environment = { ...line.environment, ...ask.environment };
    return {
      request: { directory, spec, environment, python: line.interpreter.recorder },
      warnings: kept.warnings,
    };
  } catch (thrown) {
    const [seen] = await host.observe([directory]).catch(() => []);
    // A machine that went away meanwhile keeps a directory without a claim: no run, and found by nobody.
    if (seen?.unreadable === false && !seen.claimed) await host.discard(directory).catch(() => undefined);
    throw thrown;
  }
}

/** The ask with every path as seen from the workspace: that is how it lies on the host. */
export function relativeAsk(ask: HostLaunchAsk, workspace: string): CommandAsk {
  const within = (given: string): string => {
    const way = path.relative(workspace, path.resolve(workspace, given)).split(path.sep).join("/");
    if (way === ".." || way.startsWith("../") || path.isAbsolute(way))
      throw new RunlineError("hostOutside", { path: given, host: ask.host });
    return way;
  };
  return {
    ...(ask.script === undefined ? {} : { script: within(ask.script) }),
    ...(ask.command === undefined ? {} : { command: ask.command }),
    ...(ask.arguments === undefined ? {} : { arguments: ask.arguments }),
    ...(ask.cwd === undefined ? {} : { cwd: within(ask.cwd) }),
  };
}

/** Paths of a host are POSIX paths, so only a client whose own are too may resolve them with its own rules. */
async function commandThere(ask: CommandAsk, workspace: string, host: HostCompute): Promise<CommandLine> {
  const line = await commandLine(ask, workspace, "", host);
  const { image } = host.settings;
  if (image === undefined) return line;
  const inner = ask.script === undefined ? line.argv : ["python3", ...line.argv.slice(1)];
  const shared = path.posix.dirname(path.posix.dirname(workspace));
  const container = ["apptainer", "exec", "--nv", "--bind", shared, "--pwd", line.cwd, image];
  return { ...line, argv: [...container, ...inner] };
}

async function specOf(
  id: string,
  ask: ReadyAsk,
  { argv, cwd, script, environment }: CommandLine,
  kept: KeptCode,
  there: { readonly workspace: string; readonly queue: string; readonly host: HostCompute },
  { store, layout, settings, clock }: HostLaunchParts,
): Promise<RunSpec> {
  const limit = there.host.settings.parallelRuns ?? parallelRunsOfHost;
  const names = new Set([...Object.keys(environment), ...Object.keys(ask.environment ?? {})]);
  const folder = script === null || path.posix.isAbsolute(script) ? "." : path.posix.dirname(script);
  return {
    version: 1,
    run_id: id,
    name: await freeName(ask.name, id, store),
    experiment:
      ask.experiment ?? (folder === "." ? path.basename(layout.workspace) : path.posix.basename(folder)),
    argv,
    shown_argv: redactArguments(argv),
    cwd,
    workspace: there.workspace,
    script,
    env_names: [...names].sort(),
    created: clock(),
    code: kept.snapshot,
    // Slurm has a queue of its own, and gives out the GPUs.
    queue: limit > 0 && ask.slurm === undefined ? { folder: there.queue, limit } : null,
    ...(ask.slurm === undefined ? resourcesOf(ask) : { slurm: ask.slurm }),
    capture: settings.capture,
    grace_seconds: [settings.graceSeconds, Math.min(settings.graceSeconds, mostKillGraceSeconds)],
    parent: ask.parent ?? null,
  };
}

async function keepCode(
  runId: string,
  directory: string,
  { store, code, layout, settings }: HostLaunchParts,
): Promise<KeptCode> {
  const limitBytes = settings.codeSizeLimitMegabytes * 1e6;
  const written = await store.lineage.written();
  return code.keep({ runId, workspace: layout.workspace, directory, limitBytes, written });
}
