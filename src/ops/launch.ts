/** Starts a run: what to execute, the exact code, the record of the ask, then the recorder. */

import * as path from "node:path";
import type { CodeKeeper, KeptCode } from "../compute/code.ts";
import type { Compute } from "../compute/compute.ts";
import { failureOf, RunlineError } from "../model/failure.ts";
import type { CaptureSettings, CodeSnapshot, RunSpec } from "../model/journal.ts";
import { isRunName } from "../model/names.ts";
import { redactArguments } from "../model/redact.ts";
import { isRunId } from "../model/runId.ts";
import { runName } from "../model/runName.ts";
import type { NewRun, Store } from "../store/store.ts";
import { type CommandAsk, type CommandLine, commandLine } from "./commandLine.ts";
import { inLaunchTurn } from "./launchTurn.ts";
import type { Layout } from "./layout.ts";
import { newRunOf } from "./newRun.ts";
import { runSpecIn } from "./runSpec.ts";

/** What a person asks for; everything but the script or command has a default. */
export interface LaunchAsk extends CommandAsk {
  readonly name?: string;
  readonly experiment?: string;
  /** Given by a caller that may ask twice; a known id starts nothing new. */
  readonly id?: string;
  /** The run from whose script this one is started. */
  readonly parent?: string;
  /** So many GPUs for itself alone; it waits in the machine's queue until they are free. Absent: none is asked for. */
  readonly gpus?: number;
}

/** Settings that a launch reads. */
export interface LaunchSettings {
  /** `runline.python`: an interpreter, or "" to find one. */
  readonly python: string;
  /** At most this many runs at once on this machine; 0 for no limit. */
  readonly parallelRuns: number;
  readonly codeSizeLimitMegabytes: number;
  readonly capture: CaptureSettings;
  readonly graceSeconds: number;
}

export interface LaunchParts {
  /** The store, made if need be: asked for only when what is to be run is known to be there. */
  readonly store: () => Promise<Store>;
  readonly compute: Compute;
  readonly code: CodeKeeper;
  readonly layout: Layout;
  readonly settings: LaunchSettings;
  readonly clock: () => number;
  /** A fresh run id. */
  readonly newId: () => string;
  /** Called with the id when its directory is there and nothing has started yet. */
  readonly prepared?: (id: string) => Promise<void>;
}

interface OpenedParts extends Omit<LaunchParts, "store"> {
  readonly store: Store;
}

export interface Launched {
  readonly id: string;
  readonly name: string;
  /** One line each: what of the code could not be kept. */
  readonly warnings: readonly string[];
}

/** Between SIGTERM and SIGKILL; what saves its state does so on the first signal. */
export const mostKillGraceSeconds = 10;

/**
 * Starts a run and answers once its recorder has begun. The same id twice is one run.
 * Throws `scriptMissing`, `commandMissing`, `noPython`, `pythonBroken`, `runNameInvalid`, `snapshotFailed`, `workspaceReadOnly`, `diskFull`,
 * `recorderFailed`, `usage`.
 */
export async function launch(ask: LaunchAsk, parts: LaunchParts): Promise<Launched> {
  const { compute, layout, settings } = parts;
  const id = ask.id ?? parts.newId();
  if (!isRunId(id)) throw new RunlineError("usage", { cause: `${id} is no run id.` });
  const known = ask.id === undefined ? null : await (await parts.store()).runs.get(id);
  if (known !== null) return { id, name: known.name, warnings: [] };
  for (const text of [ask.name, ask.experiment])
    if (text !== undefined && !isRunName(text)) throw new RunlineError("runNameInvalid", { name: text });

  const line = await commandLine(ask, layout.workspace, settings.python, compute);
  const opened = { ...parts, store: await parts.store() };
  const start = () => startAs(id, ask, line, opened);
  return ask.id === undefined ? start() : inLaunchTurn(id, layout, start);
}

async function startAs(
  id: string,
  ask: LaunchAsk,
  line: CommandLine,
  opened: OpenedParts,
): Promise<Launched> {
  const { compute, layout, store } = opened;
  const directory = path.join(layout.runs, id);
  await compute.prepare(directory);
  await opened.prepared?.(id);
  // A launch that broke off half way, or one in another window: what was asked first is what runs.
  const earlier = await runSpecIn(directory, compute);
  const kept = earlier === null ? await keepCode(id, directory, opened) : null;
  const spec = earlier ?? (await specOf(id, ask, line, kept?.snapshot ?? null, opened));
  const { environment, interpreter } = line;
  await compute.launch({ directory, spec, environment, python: interpreter.recorder });
  const asked = (await runSpecIn(directory, compute)) ?? spec;
  const listed = await keepRow(newRunOf(asked, directory, compute.host), store);
  return { id, name: asked.name, warnings: [...(kept?.warnings ?? []), ...listed] };
}

async function specOf(
  id: string,
  ask: LaunchAsk,
  { argv, cwd, script, environment }: CommandLine,
  code: CodeSnapshot | null,
  { store, layout, settings, clock }: OpenedParts,
): Promise<RunSpec> {
  return {
    version: 1,
    run_id: id,
    name: await freeName(ask.name, id, store),
    experiment: ask.experiment ?? experimentOf(script, layout.workspace),
    argv,
    shown_argv: redactArguments(argv),
    cwd,
    workspace: layout.workspace,
    script,
    env_names: Object.keys(environment).sort(),
    created: clock(),
    code,
    queue: settings.parallelRuns > 0 ? { folder: layout.queue, limit: settings.parallelRuns } : null,
    ...resourcesOf(ask),
    capture: settings.capture,
    grace_seconds: [settings.graceSeconds, Math.min(settings.graceSeconds, mostKillGraceSeconds)],
    parent: ask.parent ?? null,
  };
}

/** What of the machine a run wants for itself, as the record of the ask has it. */
export function resourcesOf({ gpus = 0 }: LaunchAsk): Pick<RunSpec, "resources"> {
  return gpus > 0 ? { resources: { gpus } } : {};
}

/** Without its code there is no run, so nothing of it stays among the runs. */
async function keepCode(
  runId: string,
  directory: string,
  { store, code, compute, layout, settings }: OpenedParts,
): Promise<KeptCode> {
  const limitBytes = settings.codeSizeLimitMegabytes * 1e6;
  try {
    const written = await store.lineage.written();
    return await code.keep({ runId, workspace: layout.workspace, directory, limitBytes, written });
  } catch (thrown) {
    const [seen] = await compute.observe([directory]);
    if (!seen?.claimed) await compute.discard(directory);
    throw thrown;
  }
}

/**
 * After the start, so that a run that did not begin leaves no row. The run is under way by now: a store that can't be written at the
 * moment is no reason to call it failed, because whoever follows adopts it from its directory.
 */
export async function keepRow(run: NewRun, store: Store): Promise<readonly string[]> {
  try {
    await store.runs.create(run);
    return [];
  } catch (thrown) {
    return [`The run has begun, but could not be listed yet: ${failureOf(thrown).message}`];
  }
}

/** A name that no other run has, because names are how people ask for runs: the next friendly one, or the given one with a number. */
export async function freeName(given: string | undefined, id: string, store: Store): Promise<string> {
  for (let again = 0; ; again++) {
    const name = given === undefined ? runName(id, again) : again === 0 ? given : `${given}-${again + 1}`;
    if (!(await store.runs.find(name)).some((run) => run.name === name && run.id !== id)) return name;
  }
}

/** Runs belong together by the folder of their script. */
function experimentOf(script: string | null, workspace: string): string {
  const folder =
    script === null || path.isAbsolute(script) ? workspace : path.resolve(workspace, path.dirname(script));
  return path.basename(folder) || "runs";
}
