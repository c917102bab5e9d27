/** What is said of an import: what was found, and what came of it. No import of vscode: a test reads it. */

import type { ForeignKind } from "../model/foreignLog.ts";
import { formatCount } from "../model/format.ts";
import type { FoundPlace, ImportedPlace, ImportProgress } from "../protocol/editor.ts";
import type { Translate } from "./translate.ts";

/** `mlruns/ holds 214 runs.`, or `3 logs of other tools hold 240 runs.` */
export function foundText(places: readonly FoundPlace[], workspace: string, t: Translate): string {
  const runs = places.reduce((sum, place) => sum + (place.runs ?? 0), 0);
  const [first] = places;
  if (first === undefined) return "";
  const name = shown(first.path, workspace);
  const count = runsText(runs, t);
  if (places.length === 1) return t("{0} holds {1}.", name, count);
  return t("{0} and {1} more hold {2}.", name, String(places.length - 1), count);
}

/** `214 runs · MLflow · here already`, of one place in a list. */
export function placeText({ kind, runs, imported }: FoundPlace, t: Translate): string {
  const parts = [runs === null ? "" : runsText(runs, t), makers[kind], imported ? t("here already") : ""];
  return parts.filter((part) => part !== "").join(" · ");
}

const makers: Readonly<Record<ForeignKind, string>> = {
  mlruns: "MLflow",
  "mlflow.db": "MLflow",
  tensorboard: "TensorBoard",
  wandb: "Weights & Biases",
  dvclive: "DVCLive",
  lightning: "Lightning",
  ultralytics: "Ultralytics",
};

function runsText(runs: number, t: Translate): string {
  return runs === 1 ? t("1 run") : t("{0} runs", formatCount(runs));
}

/** How many runs there are to look through in all; null where a place does not say. */
export function runsIn(places: readonly Pick<FoundPlace, "runs">[]): number | null {
  let sum = 0;
  for (const { runs } of places) {
    if (runs === null) return null;
    sum += runs;
  }
  return sum;
}

export function shown(path: string, workspace: string): string {
  return path.startsWith(workspace) ? path.slice(workspace.length).replace(/^[/\\]/, "") || "." : path;
}

export function progressText({ done, of }: Pick<ImportProgress, "done" | "of">, t: Translate): string {
  return of === null
    ? t("{0} runs", formatCount(done))
    : t("{0} of {1} runs", formatCount(done), formatCount(of));
}

function deletedText(deleted: number, t: Translate): string {
  if (deleted === 0) return "";
  if (deleted === 1) return ` ${t("1 was left out because you deleted it.")}`;
  return ` ${t("{0} were left out because you deleted them.", formatCount(deleted))}`;
}

/** Counts of what was added, in one line. */
export function importedText(places: readonly ImportedPlace[], t: Translate): string {
  const sum = (count: (place: ImportedPlace) => number) =>
    places.reduce((all, place) => all + count(place), 0);
  const fresh = sum(({ runs }) => runs.new);
  const grown = sum(({ runs }) => runs.grown);
  const deleted = sum(({ runs }) => runs.deleted);
  const versions = sum((place) => place.versions);
  const troubles = sum((place) => place.troubleCount);
  const parts = [
    fresh === 1 ? t("1 new run") : t("{0} new runs", formatCount(fresh)),
    ...(grown > 0 ? [t("{0} with more than before", formatCount(grown))] : []),
    ...(versions === 1 ? [t("1 model version")] : []),
    ...(versions > 1 ? [t("{0} model versions", formatCount(versions))] : []),
    ...(troubles === 1 ? [t("1 thing could not be read")] : []),
    ...(troubles > 1 ? [t("{0} things could not be read", formatCount(troubles))] : []),
  ];
  const whole = t("Imported {0}.", parts.join(", "));
  const left = deletedText(deleted, t);
  const canceled = places.some((place) => place.canceled);
  return (canceled ? t("{0} It was stopped; import again for the rest.", whole) : whole) + left;
}
