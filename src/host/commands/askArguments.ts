/** The quick pick of "Run with parameters…": Enter runs with what stands there; a row changes one value. */

import * as vscode from "vscode";
import type { Machine } from "../../model/hostMachine.ts";
import type { ScriptArgument } from "../../model/scriptArgument.ts";
import { toArgv } from "../../model/scriptArgv.ts";
import { shellLine } from "../../model/shellWord.ts";
import { ownCluster, type SlurmWish } from "../../model/slurm.ts";
import {
  type ArgumentValues,
  missingArguments,
  shownArguments,
  valueProblem,
  valueText,
} from "../argumentForm.ts";
import { splitCommandLine } from "../commandLine.ts";
import { machineDescription, machineName } from "../computeText.ts";
import { jobText } from "../jobForm.ts";
import type { Request } from "../server.ts";
import { askJob, type Job } from "./askJob.ts";
import { askGpus, gpusLabel, gpusOf, hasCluster, machineNow } from "./askPlace.ts";
import { connectHost, hostGiven } from "./hosts.ts";

const t = vscode.l10n.t;

type Row = vscode.QuickPickItem & {
  readonly argument?: ScriptArgument;
  readonly does?: "run" | "reset" | "extra" | "where" | "gpus" | "job";
};

interface Chosen {
  readonly values: ArgumentValues;
  /** Arguments that the script's text does not declare. */
  readonly extra: readonly string[];
  /** Null and absent: this machine. */
  readonly host?: string | null;
  readonly gpus?: number;
  /** As a job of the host's cluster; null and absent: on the host itself. */
  readonly job?: SlurmWish | null;
}

export interface Wanted {
  /** As it is called to a person. */
  readonly name: string;
  readonly path: string;
  readonly declared: readonly ScriptArgument[];
}

export interface Answered {
  readonly line: readonly string[];
  /** Null: this machine. */
  readonly host: string | null;
  /** For itself alone; 0 for none. */
  readonly gpus: number;
  /** Null: not as a job of a cluster. */
  readonly job: Job | null;
}

/** Asks until the person runs or leaves. The last values of each script are remembered. Null when left. */
export async function askArguments(
  { name, path, declared }: Wanted,
  memory: vscode.Memento,
  request: Request,
): Promise<Answered | null> {
  const key = `runline.arguments:${path}`;
  let chosen: Chosen = memory.get<Chosen>(key, { values: {}, extra: [] });
  let machine = await nowOrSoon(chosen.host ?? null, request);
  let waits: Job["waits"] = [];
  for (let active: string | undefined; ; ) {
    const line = [...toArgv(declared, chosen.values), ...chosen.extra];
    const row = await showForm(name, line, rows(declared, chosen, line, machine, waits), active);
    if (row === undefined) return null;
    active = row.argument?.name ?? row.does;
    if (row.does === "run") {
      await memory.update(key, chosen);
      const gpus = Math.min(chosen.gpus ?? 0, gpusOf(machine));
      const wish = jobOf(chosen);
      return { line, host: chosen.host ?? null, gpus, job: wish === null ? null : { wish, waits } };
    }
    if (row.does === "reset") chosen = { ...chosen, values: {}, extra: [] };
    if (row.does === "extra") chosen = { ...chosen, extra: await askExtra(chosen.extra) };
    if (row.does === "gpus" && machine !== null)
      chosen = { ...chosen, gpus: (await askGpus(machine, name, chosen.gpus ?? 0)) ?? chosen.gpus ?? 0 };
    if (row.does === "where") {
      const host = await askWhere(name, request);
      if (host !== undefined) {
        machine = await machineNow(host, request);
        chosen = { ...chosen, host, job: null };
        waits = [];
        if (hasCluster(host, machine)) chosen = { ...chosen, job: await askItsJob() };
      }
    }
    if (row.does === "job") chosen = { ...chosen, job: await askItsJob() };
    if (row.argument !== undefined)
      chosen = { ...chosen, values: await askValue(row.argument, chosen.values) };
  }

  async function askItsJob(): Promise<SlurmWish | null> {
    const { job: before = null } = chosen;
    const place = { host: chosen.host ?? "", direct: chosen.host !== ownCluster };
    const partitions = machine?.look?.partitions ?? [];
    const wanted = { name, ...place, enter: t("Take this"), partitions, waits };
    const job = await askJob(before === null ? wanted : { ...wanted, before }, memory, request);
    if (job === undefined) return before;
    waits = job === "direct" ? [] : job.waits;
    return job === "direct" ? null : job.wish;
  }
}

/** On this machine's cluster nothing runs but jobs. */
function jobOf({ host, job }: Chosen): SlurmWish | null {
  return job ?? (host === ownCluster ? {} : null);
}

const soonMs = 600;

/** The form is not held up for a machine that is slow to tell of its GPUs. */
function nowOrSoon(host: string | null, request: Request): Promise<Machine | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), soonMs));
  return Promise.race([machineNow(host, request), late]);
}

/** This machine (null) or a host, connected by then so that its GPUs are known. */
async function askWhere(name: string, request: Request): Promise<string | null | undefined> {
  const title = t("Run {0} where?", name);
  const here = { label: `$(device-desktop) ${t("This machine")}`, host: false };
  const elsewhere = { label: `$(vm) ${t("Another machine…")}`, host: true };
  const chosen = await vscode.window.showQuickPick([here, elsewhere], { title });
  if (chosen === undefined) return undefined;
  if (!chosen.host) return null;
  const host = await hostGiven(undefined, request, title);
  if (host !== undefined) await connectHost(host, request);
  return host;
}

function rows(
  declared: readonly ScriptArgument[],
  chosen: Chosen,
  line: readonly string[],
  machine: Machine | null,
  waits: Job["waits"],
): Row[] {
  const shown = shownArguments(declared, chosen.values);
  const missing = missingArguments(shown, chosen.values);
  const run: Row =
    missing.length === 0
      ? { label: `$(play) ${t("Run")}`, description: shellLine(line), does: "run", alwaysShow: true }
      : { label: `$(circle-slash) ${t("Needs {0}", missing.join(", "))}`, alwaysShow: true };
  const separator = (label: string): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const each = shown.map(
    (argument): Row => ({
      label: argument.name,
      description: valueText(argument, chosen.values, t),
      ...(argument.help === "" ? {} : { detail: argument.help }),
      argument,
    }),
  );
  const extra: Row = {
    label: `$(add) ${t("Other arguments…")}`,
    description: shellLine(chosen.extra),
    does: "extra",
  };
  const reset: Row = { label: `$(discard) ${t("Back to the defaults")}`, does: "reset" };
  const last = line.length > 0 ? [reset] : [];
  return [
    ...[run, separator(t("Parameters")), ...each, extra, ...last],
    ...[separator(t("Where")), ...placeRows(chosen, machine, waits)],
  ];
}

function placeRows(chosen: Chosen, machine: Machine | null, waits: Job["waits"]): Row[] {
  const { host = null, gpus = 0 } = chosen;
  const icon = host === null ? "device-desktop" : "vm";
  const isCluster = host !== null && hasCluster(host, machine);
  const where: Row = {
    label: `$(${icon}) ${machineName({ host }, t)}`,
    description: machine === null ? "" : machineDescription(machine, Date.now(), t),
    does: "where",
  };
  const job = jobOf(chosen);
  const count = job === null ? gpusOf(machine) : 0;
  const share: Row = { label: `$(circuit-board) ${gpusLabel(Math.min(gpus, count))}`, does: "gpus" };
  const submits: Row = {
    label: `$(layers) ${t("Slurm job")}`,
    description: job === null ? t("none: it runs on the machine itself") : jobText(job, t, waits),
    does: "job",
  };
  return [where, ...(isCluster ? [submits] : []), ...(count > 0 ? [share] : [])];
}

function showForm(
  name: string,
  line: readonly string[],
  items: Row[],
  active: string | undefined,
): Promise<Row | undefined> {
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = t("Run {0}", shellLine([name, ...line]));
  pick.placeholder = t("Enter runs; choose a row to change it");
  pick.matchOnDescription = true;
  pick.items = items;
  // Enter runs, whatever was changed last: only what can't be run yet keeps one where they were.
  const again =
    items[0]?.does === "run" ? undefined : items.find(({ argument }) => argument?.name === active);
  if (again !== undefined) pick.activeItems = [again];
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
async function askValue(argument: ScriptArgument, values: ArgumentValues): Promise<ArgumentValues> {
  const choices = argument.flagOnly ? ["true", "false"] : argument.choices;
  const value =
    choices.length > 0 && argument.values === undefined
      ? await askChoice(argument, choices)
      : await askText(argument, values);
  if (value === undefined) return values;
  const { [argument.name]: _before, ...others } = values;
  return value === "" || value === argument.defaultValue ? others : { ...others, [argument.name]: value };
}

async function askChoice(argument: ScriptArgument, choices: readonly string[]): Promise<string | undefined> {
  const text = (choice: string) => (argument.flagOnly ? (choice === "true" ? t("on") : t("off")) : choice);
  const items = choices.map((choice) => ({ label: text(choice), choice }));
  const options = { title: argument.name, ...(argument.help === "" ? {} : { placeHolder: argument.help }) };
  return (await vscode.window.showQuickPick(items, options))?.choice;
}

function askText(argument: ScriptArgument, values: ArgumentValues): Thenable<string | undefined> {
  const { defaultValue } = argument;
  return vscode.window.showInputBox({
    title: argument.name,
    prompt: [argument.help, defaultValue === null ? "" : t("Empty means {0}.", defaultValue)]
      .filter(Boolean)
      .join(" "),
    value: values[argument.name] ?? defaultValue ?? "",
    validateInput: (text) => valueProblem(argument, text, t),
  });
}

async function askExtra(before: readonly string[]): Promise<readonly string[]> {
  const line = await vscode.window.showInputBox({
    title: t("Other arguments"),
    prompt: t("Added at the end of the command line."),
    value: shellLine(before),
  });
  return line === undefined ? before : splitCommandLine(line);
}
