/** The quick pick of a Slurm job: Enter takes what stands there; a row changes one thing. The last choice is remembered. */

import * as vscode from "vscode";
import type { Partition } from "../../model/hostPartitions.ts";
import type { Run } from "../../model/run.ts";
import type { SlurmWish } from "../../model/slurm.ts";
import {
  fieldProblem,
  fitting,
  type JobField,
  type JobRow,
  jobRows,
  jobText,
  partitionText,
  runsToAwait,
  type WaitsFor,
  waitsText,
  withField,
} from "../jobForm.ts";
import { stateText } from "../runLabel.ts";
import type { Request } from "../server.ts";

const t = vscode.l10n.t;

export interface JobWanted {
  /** What is to run, as a person calls it. */
  readonly name: string;
  readonly host: string;
  /** What Enter does. */
  readonly enter: string;
  readonly partitions: readonly Partition[];
  /** What the rows begin with; absent: as the last time on this host. */
  readonly before?: SlurmWish;
  /** The partition that was pointed at. */
  readonly partition?: string;
  /** Runs that it waits for already. */
  readonly waits?: readonly WaitsFor[];
  /** May it also run on the host itself? */
  readonly direct: boolean;
}

/** What was chosen. The runs to wait for are those of the moment: only the wish is for remembering. */
export interface Job {
  readonly wish: SlurmWish;
  readonly waits: readonly WaitsFor[];
}

type Row = vscode.QuickPickItem & { readonly does?: "submit" | "direct" | "wait" | JobRow };

/** What is asked of the cluster; `direct`: to run without it; undefined when the person changed their mind. */
export async function askJob(
  wanted: JobWanted,
  memory: vscode.Memento,
  request: Request,
): Promise<Job | "direct" | undefined> {
  const { name, host, partitions } = wanted;
  const key = `runline.job:${host}`;
  const last = wanted.before ?? memory.get<SlurmWish>(key, {});
  let wish = fitting(
    wanted.partition === undefined ? last : { ...last, partition: wanted.partition },
    partitions,
  );
  const active = await request("runs/list", { states: ["queued", "running"] }).catch(() => []);
  const others = runsToAwait(active, host);
  let waits = wanted.waits ?? [];
  for (;;) {
    const options = {
      title: t("Run {0} on {1}", name, host),
      placeHolder: t("Enter takes what stands here; choose a row to change it"),
    };
    const chosen = await vscode.window.showQuickPick(rows({ wish, waits }, others.length > 0, wanted), {
      ...options,
      matchOnDescription: true,
    });
    if (chosen === undefined || chosen.does === undefined) return undefined;
    if (chosen.does === "direct") return "direct";
    if (chosen.does === "submit") {
      await memory.update(key, wish);
      return { wish, waits };
    }
    if (chosen.does === "wait") {
      waits = (await askWaits(others, waits)) ?? waits;
      continue;
    }
    const typed = await askField(chosen.does, wish, partitions);
    if (typed !== undefined) wish = withField(wish, chosen.does.field, typed);
  }
}

function rows({ wish, waits }: Job, canWait: boolean, wanted: JobWanted): Row[] {
  const { host, enter, partitions, direct } = wanted;
  const separator = (label: string): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const submit: Row = { label: `$(play) ${enter}`, description: jobText(wish, t, waits), does: "submit" };
  const each = jobRows(wish, partitions, t).map(
    (row): Row => ({ label: `$(${row.icon}) ${row.label}`, description: row.value, does: row }),
  );
  const after: Row = {
    label: `$(debug-line-by-line) ${t("Start")}`,
    description: waits.length === 0 ? t("as soon as it can") : waitsText(waits, t),
    does: "wait",
  };
  const beside: Row = {
    label: `$(vm) ${t("Run on {0} itself", host)}`,
    description: t("without a job; long work is often unwelcome there"),
    does: "direct",
  };
  const last = [...(canWait ? [after] : []), ...(direct ? [separator(t("Or")), beside] : [])];
  return [submit, separator(t("Slurm job")), ...each, ...last];
}

/** The text for one field, "" for what the cluster gives; undefined when the person changed their mind. */
async function askField(
  { field, label }: JobRow,
  wish: SlurmWish,
  partitions: readonly Partition[],
): Promise<string | undefined> {
  if (field === "partition" && partitions.length > 0) return askPartition(label, partitions);
  if (field === "requeue") return wish.requeue === true ? "" : "yes";
  return vscode.window.showInputBox({
    title: label,
    prompt: promptFor(field),
    value: String(wish[field] ?? ""),
    validateInput: (text) => fieldProblem(field, text),
  });
}

/** None picked: it waits for none. Undefined when the person changed their mind. */
async function askWaits(
  others: readonly Run[],
  before: readonly WaitsFor[],
): Promise<readonly WaitsFor[] | undefined> {
  const title = t("Wait for which runs?");
  const items = others.map((run) => ({
    label: run.name,
    description: run.reason ?? stateText(run.state, t),
    picked: before.some(({ id }) => id === run.id),
    run,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title, canPickMany: true });
  if (chosen === undefined || chosen.length === 0) return chosen === undefined ? undefined : [];
  const kinds = [
    { label: t("Once finished"), description: t("should one fail, it never begins"), when: "afterok" },
    { label: t("Once ended"), description: t("in any way"), when: "afterany" },
    {
      label: t("Once failed"),
      description: t("should one finish, it never begins"),
      when: "afternotok",
    },
  ] as const;
  const kind = (await vscode.window.showQuickPick(kinds, { title: t("Start when?") }))?.when;
  return kind && chosen.map(({ run: { id, name } }) => ({ id, name, kind }));
}

async function askPartition(title: string, partitions: readonly Partition[]): Promise<string | undefined> {
  const items = partitions.map((partition) => ({
    label: partition.name,
    description: partitionText(partition, t),
    partition: partition.name,
  }));
  const own = {
    label: t("The cluster's own"),
    description: t("whichever it takes by itself"),
    partition: "",
  };
  return (await vscode.window.showQuickPick([...items, own], { title, matchOnDescription: true }))?.partition;
}

function promptFor(field: JobField): string {
  const prompts: Partial<Record<JobField, string>> = {
    gpus: t("A count, with a type where it matters: 1, a100:2. Empty for none."),
    time: t(
      "As in 30m, 2h or 1-12:00:00. The script is told two minutes before. Empty for the partition's limit.",
    ),
    cpus: t("Of the script. Empty for what the cluster gives."),
    memory: t("As in 16G. Empty for what the cluster gives."),
  };
  return prompts[field] ?? "";
}
