/** What a run asks of a Slurm cluster, as rows to change one by one. Pure. */

import type { Partition } from "../model/hostPartitions.ts";
import type { Run } from "../model/run.ts";
import type { SlurmWish } from "../model/slurm.ts";
import type { AfterKind } from "../model/slurmAfter.ts";
import { wishProblem } from "../model/slurmOptions.ts";
import { shorten, withoutIcons } from "./markdown.ts";
import type { Translate } from "./translate.ts";

/** Another run that the job waits for. */
export interface WaitsFor {
  readonly id: string;
  readonly name: string;
  readonly kind: AfterKind;
}

/** What can be changed by hand; the rest of a wish is for the command line. */
export type JobField = "partition" | "gpus" | "time" | "cpus" | "memory" | "account" | "qos" | "requeue";

export interface JobRow {
  readonly field: JobField;
  readonly icon: string;
  readonly label: string;
  readonly value: string;
}

export function jobRows(wish: SlurmWish, partitions: readonly Partition[], t: Translate): readonly JobRow[] {
  const row = (field: JobField, icon: string, label: string, value: string): JobRow => ({
    ...{ field, icon, label, value: withoutIcons(value) },
  });
  const usual = partitions.find(({ isDefault }) => isDefault)?.name;
  const none = usual === undefined ? t("the cluster's own") : t("{0}, the cluster's own", usual);
  return [
    row("partition", "layers", t("Partition"), wish.partition ?? none),
    row("gpus", "circuit-board", t("GPUs"), wish.gpus ?? t("none")),
    row("time", "watch", t("Time limit"), wish.time ?? t("the partition's limit")),
    row("cpus", "chip", t("CPUs"), wish.cpus === undefined ? t("the cluster's usual") : String(wish.cpus)),
    row("memory", "server", t("Memory"), wish.memory ?? t("the cluster's usual")),
    row("account", "account", t("Account"), wish.account ?? t("your usual one")),
    row("qos", "tag", t("Quality of service"), wish.qos ?? t("your usual one")),
    row("requeue", "sync", t("Begin again"), requeueText(wish, t)),
  ];
}

/** Runs of a cluster that a job can wait for: those that wait there, and those that run as jobs. */
export function runsToAwait(runs: readonly Run[], host: string): readonly Run[] {
  const isJob = ({ state, tags }: Run) => state === "queued" || tags["slurm.job"] !== undefined;
  return runs.filter((run) => run.host === host && isJob(run));
}

export function waitsText(waits: readonly WaitsFor[], t: Translate): string {
  const [first] = waits;
  if (first === undefined) return "";
  const names = withoutIcons(shorten(waits.map(({ name }) => name).join(", "), 80));
  switch (first.kind) {
    case "afterok":
      return t("once {0} finished", names);
    case "afterany":
      return t("once {0} ended in any way", names);
    case "afternotok":
      return t("once {0} failed", names);
    case "after":
      return t("once {0} began", names);
  }
}

function requeueText({ requeue = false }: SlurmWish, t: Translate): string {
  return requeue ? t("yes, after a preemption or the failure of a node") : t("no");
}

/** `gpu · 1 GPU · 30m`: what is asked for in few words. */
export function jobText(wish: SlurmWish, t: Translate, waits: readonly WaitsFor[] = []): string {
  const parts = [
    wish.partition ?? t("usual partition"),
    wish.gpus === undefined ? "" : gpusText(wish.gpus, t),
    wish.cpus === undefined ? "" : t("{0} CPUs", wish.cpus),
    ...[wish.memory ?? "", wish.time ?? "", wish.account ?? "", wish.qos ?? ""],
    wish.requeue === true ? t("begins again") : "",
    waits.length === 0 ? "" : waitsText(waits, t),
  ];
  return withoutIcons(shorten(parts.filter((part) => part !== "").join(" · "), 120));
}

function gpusText(gpus: string, t: Translate): string {
  if (gpus === "1") return t("1 GPU");
  return t("{0} GPUs", gpus);
}

/** `3/8 GPUs free · 4/4 nodes up · default`; without GPUs it is the CPUs that are counted. */
export function partitionText(partition: Partition, t: Translate): string {
  const { isDefault, gpus, freeGpus, cpus, freeCpus, nodes, openNodes } = partition;
  const parts = [
    gpus > 0 ? t("{0}/{1} GPUs free", freeGpus, gpus) : "",
    gpus === 0 && cpus > 0 ? t("{0}/{1} CPUs free", freeCpus, cpus) : "",
    t("{0}/{1} nodes up", openNodes, nodes),
    isDefault ? t("default") : "",
  ];
  return parts.filter((text) => text !== "").join(" · ");
}

/** The wish with what was typed for one field; an empty text takes it back to what the cluster gives. */
export function withField(wish: SlurmWish, field: JobField, typed: string): SlurmWish {
  const { [field]: _before, ...others } = wish;
  const text = typed.trim();
  if (text === "" || (field === "gpus" && text === "0")) return others;
  if (field === "requeue") return { ...others, requeue: text === "yes" };
  return { ...others, [field]: field === "cpus" ? Number(text) : text };
}

/** Why that can't be asked for, or undefined. */
export function fieldProblem(field: JobField, typed: string): string | undefined {
  return wishProblem(withField({}, field, typed)) ?? undefined;
}

/** A remembered wish without the partition that the cluster does not have any more. */
export function fitting(wish: SlurmWish, partitions: readonly Partition[]): SlurmWish {
  const isKnown = partitions.length === 0 || partitions.some(({ name }) => name === wish.partition);
  return wish.partition === undefined || isKnown ? wish : withField(wish, "partition", "");
}
