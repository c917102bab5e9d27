import { randomBytes } from "node:crypto";
import { constants } from "node:os";
import * as path from "node:path";
import { RunlineError } from "../../model/failure.ts";
import { formatDuration } from "../../model/format.ts";
import type { Run } from "../../model/run.ts";
import { isRunId, runIdAt } from "../../model/runId.ts";
import type { Grid } from "../../model/slurmArray.ts";
import { launchArray } from "../../ops/arrayLaunch.ts";
import { cancel } from "../../ops/cancel.ts";
import { launchOnHost } from "../../ops/hostLaunch.ts";
import { type LaunchAsk, type Launched, launch } from "../../ops/launch.ts";
import { type Gate, runsGate } from "../mlflow/gate.ts";
import { type Call, type Command, exitCode } from "./command.ts";
import { connect, hostsOf } from "./hosts.ts";
import { jsonText, runJson } from "./json.ts";
import { gridOf, slurmDetails, slurmOptions, slurmWishOf } from "./runSlurm.ts";
import { keyMetricText } from "./runs.ts";
import { painted, type Terminal } from "./terminal.ts";
import { plain } from "./text.ts";
import { tellOnce } from "./trouble.ts";
import { tellWaiting } from "./waiting.ts";
import { watchRun } from "./watchRun.ts";

/** Starts a tracked run and stays with it. */
export const run: Command = {
  summary: "run a script or any command as a tracked run, and follow it",
  usage: "[options] [--] <command> [arguments]",
  words: [1, 100_000],
  takesCommand: true,
  options: {
    name: { type: "string", value: "<text>", help: "name of the run (default: two friendly words)" },
    experiment: {
      type: "string",
      short: "e",
      value: "<text>",
      help: "what it belongs to (default: the folder's name)",
    },
    detach: { type: "boolean", short: "d", help: "start it and come back at once; it goes on by itself" },
    on: {
      type: "string",
      value: "<host>",
      help: "run it on another machine; see runline hosts. slurm: this machine's cluster",
    },
    gpus: {
      type: "string",
      value: "<count>",
      help: "so many GPUs for itself alone; it waits until they are free",
    },
    env: {
      type: "string",
      multiple: true,
      value: "<name>",
      help: "with --on: give it this variable of yours too; its value is written nowhere",
    },
    python: {
      type: "string",
      value: "<path>",
      help: "interpreter for a script (default: .venv, else python3)",
    },
    ...slurmOptions,
  },
  details: `A command that is a .py file runs with the interpreter that is found for it: runline run train.py --lr 0.1
Anything else runs as it stands: runline run -- torchrun --nproc-per-node 2 train.py

On another machine: runline run --on gpu-box -- python train.py. The code of the workspace is sent there as it is now.

${slurmDetails}

The script's output goes to standard output as it comes. Ctrl+C asks the run to end; a second Ctrl+C leaves it running.

With --json: the script's output goes to standard error, and the run, as runline show prints it in “run”, to standard output.`,
  async run(call) {
    const newId = () => runIdAt(call.project.clock(), randomBytes(16));
    const grid = gridOf(call);
    if (grid !== null) return startGrid(call, grid, newId);
    const gate = runsGate(call.project, tellOnce(call.terminal));
    try {
      return await startOne(call, newId, gate);
    } finally {
      await gate.close();
    }
  },
};

async function startOne(call: Call, newId: () => string, gate: Gate): Promise<number> {
  const { terminal, json } = call;
  const { id, name, warnings } = await start(call, newId, gate);
  for (const warning of warnings) terminal.note(`runline: ${plain(warning)}\n`);
  if (call.flag("detach")) {
    await terminal.out(json ? jsonText({ id, name }) : `${plain(name)}  ${id}\n`);
    return exitCode.done;
  }
  terminal.note(`runline: started ${plain(name)}\n`);
  const output = json ? async (bytes: Uint8Array) => terminal.note(bytes) : terminal.out;
  const { ended, left } = await withInterrupts(id, name, call, output);
  if (json) await terminal.out(jsonText(runJson(ended)));
  terminal.note(left ? leftLine(ended) : `${endLine(ended, terminal)}\n`);
  return left ? exitCode.canceled : exitOf(ended);
}

/** Here, or on another machine, where a person at the terminal may be asked to sign in. */
async function start(call: Call, newId: () => string, gate: Gate): Promise<Launched> {
  const { project, text } = call;
  const slurm = slurmWishOf(call);
  const ask = await askOf(call, slurm !== null);
  if (text("on") === undefined)
    return launch(ask, {
      ...{ ...project, store: () => project.store.needed(), newId },
      // Nobody stays to answer one that goes on by itself.
      ...(call.flag("detach") ? {} : { prepared: gate.invite }),
    });
  const { there, parts } = await onHost(call, newId);
  return launchOnHost({ ...ask, ...there, ...(slurm !== null && { slurm }) }, parts);
}

/** One line for each run; they go on by themselves. */
async function startGrid(call: Call, grid: Grid, newId: () => string): Promise<number> {
  const { terminal, json } = call;
  const slurm = slurmWishOf(call);
  if (slurm === null)
    throw new RunlineError("usage", {
      cause: "--array is for Slurm: add --on slurm, or --on <host> --slurm.",
    });
  const ask = await askOf(call, true);
  const { there, parts } = await onHost(call, newId);
  const launched = await launchArray({ ...ask, ...there, slurm }, grid, parts);
  for (const warning of new Set(launched.flatMap(({ warnings }) => warnings)))
    terminal.note(`runline: ${plain(warning)}\n`);
  const lines = launched.map(({ id, name }) => `${plain(name)}  ${id}\n`).join("");
  await terminal.out(json ? jsonText(launched.map(({ id, name }) => ({ id, name }))) : lines);
  return exitCode.done;
}

async function onHost(call: Call, newId: () => string) {
  const { project, texts, environment: all } = call;
  const host = call.text("on") ?? "";
  await connect(host, call);
  const given = texts("env").flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]]));
  const after = texts("after");
  return {
    there: { host, environment: Object.fromEntries(given), ...(after.length > 0 && { after }) },
    parts: { ...project, hosts: hostsOf(call), store: await project.store.needed(), newId },
  };
}

/** Slurm has its own words for GPUs. */
async function askOf(call: Call, isSlurm: boolean): Promise<LaunchAsk> {
  const { words, text, folder } = call;
  const [first = "", ...more] = words;
  const what = /\.py$/i.test(first)
    ? { script: path.resolve(folder, first), arguments: more, cwd: folder }
    : { command: words, cwd: folder };
  const parent = await parentOf(call);
  const given = {
    ...{ name: text("name"), experiment: text("experiment"), python: text("python"), parent },
    gpus: isSlurm ? undefined : gpusOf(text("gpus")),
  };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...what, ...Object.fromEntries(known) };
}

function gpusOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(given) || Number(given) > 64)
    throw new RunlineError("usage", { cause: `--gpus takes a whole number from 1 to 64, not ${given}.` });
  return Number(given);
}

/** The run from whose script this is called, where it is one of this folder's. */
async function parentOf({ environment, project }: Call): Promise<string | undefined> {
  const id = environment.RUNLINE_RUN_ID ?? "";
  if (!isRunId(id)) return undefined;
  const directory = path.join(project.layout.runs, id);
  return (await project.compute.look(directory)) === "folder" ? id : undefined;
}

/** The first interrupt cancels the run, the second one leaves it to itself. */
async function withInterrupts(
  id: string,
  name: string,
  { project, terminal }: Call,
  output: (bytes: Uint8Array) => Promise<void>,
): Promise<{ readonly ended: Run; readonly left: boolean }> {
  const leave = new AbortController();
  let asked = false;
  const interrupt = terminal.onInterrupt(() => {
    if (asked) leave.abort();
    else {
      asked = true;
      terminal.note(`\nrunline: asking ${plain(name)} to end; Ctrl+C again leaves it running\n`);
      project.store
        .needed()
        .then((store) => cancel(id, store, project.compute))
        .catch(tellOnce(terminal));
    }
  });
  try {
    const told = { seen: tellWaiting(terminal), failed: tellOnce(terminal) };
    const ended = await watchRun(id, { project, output, ...told, leave: leave.signal });
    return { ended, left: leave.signal.aborted };
  } finally {
    interrupt[Symbol.dispose]();
  }
}

function leftLine({ name }: Run): string {
  return `runline: ${plain(name)} goes on; see runline log -f ${plain(name)}\n`;
}

/** "brave-otter finished: val_acc 0.943 after 12 s". */
function endLine(run: Run, terminal: Terminal): string {
  const { state, reason, started, ended } = run;
  const word = state === "cancelled" ? "was canceled" : state;
  const took = started === null || ended === null ? "" : ` after ${formatDuration(ended - started)}`;
  const what = [reason === null ? "" : plain(reason), keyMetricText(run)]
    .filter((text) => text !== "")
    .join(", ");
  const style = state === "finished" ? "green" : state === "failed" ? "red" : "yellow";
  return `runline: ${painted(`${plain(run.name)} ${word}`, style, { color: terminal.noteColor })}${what === "" ? "" : `: ${what}`}${took}`;
}

/** As a shell would answer for the same command. */
function exitOf({ state, exitCode: code, signal }: Run): number {
  if (state === "cancelled") return exitCode.canceled;
  if (signal !== null) return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
  if (state === "finished") return exitCode.done;
  return code === null || code === 0 ? exitCode.failed : code;
}
