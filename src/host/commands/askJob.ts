/** The quick pick of a Slurm job: Enter takes what stands there; a row changes one thing. The last choice is remembered. */

import * as vscode from "vscode";
import type { Partition } from "../../model/hostPartitions.ts";
import type { SlurmWish } from "../../model/slurm.ts";
import {
  fieldProblem,
  fitting,
  type JobField,
  type JobRow,
  jobRows,
  jobText,
  partitionText,
  withField,
} from "../jobForm.ts";

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
  /** May it also run on the host itself? */
  readonly direct: boolean;
}

type Row = vscode.QuickPickItem & { readonly does?: "submit" | "direct" | JobRow };

/** What is asked of the cluster; `direct`: to run without it; undefined when the person changed their mind. */
export async function askJob(
  wanted: JobWanted,
  memory: vscode.Memento,
): Promise<SlurmWish | "direct" | undefined> {
  const { name, host, partitions } = wanted;
  const key = `runline.job:${host}`;
  const last = wanted.before ?? memory.get<SlurmWish>(key, {});
  let wish = fitting(
    wanted.partition === undefined ? last : { ...last, partition: wanted.partition },
    partitions,
  );
  for (;;) {
    const options = {
      title: t("Run {0} on {1}", name, host),
      placeHolder: t("Enter takes what stands here; choose a row to change it"),
    };
    const chosen = await vscode.window.showQuickPick(rows(wish, wanted), {
      ...options,
      matchOnDescription: true,
    });
    if (chosen === undefined || chosen.does === undefined) return undefined;
    if (chosen.does === "direct") return "direct";
    if (chosen.does === "submit") {
      await memory.update(key, wish);
      return wish;
    }
    const typed = await askField(chosen.does, wish, partitions);
    if (typed !== undefined) wish = withField(wish, chosen.does.field, typed);
  }
}

function rows(wish: SlurmWish, { host, enter, partitions, direct }: JobWanted): Row[] {
  const separator = (label: string): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const submit: Row = { label: `$(play) ${enter}`, description: jobText(wish, t), does: "submit" };
  const each = jobRows(wish, partitions, t).map(
    (row): Row => ({ label: `$(${row.icon}) ${row.label}`, description: row.value, does: row }),
  );
  const beside: Row = {
    label: `$(vm) ${t("Run on {0} itself", host)}`,
    description: t("without a job; long work is often unwelcome there"),
    does: "direct",
  };
  return [submit, separator(t("Slurm job")), ...each, ...(direct ? [separator(t("Or")), beside] : [])];
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
