/** Folders in which a tool has logged one run each, told by the names in them. */

import * as path from "node:path";
import type { ForeignKind } from "../../model/foreignLog.ts";
import { isMlruns } from "./mlruns.ts";
import { entriesOf } from "./plainFiles.ts";

/** Names of folders in which nobody keeps logs, and which may be large. */
const passedOver = new Set(["node_modules", "site-packages", "__pycache__", "venv", "env"]);
const mostFolders = 20_000;
/** Tools put their own folders into one of this name, as Ultralytics does (`runs/detect/train`): it counts for no depth. */
const common = "runs";

/** What is in a folder, as names; a database is only told by its own. */
export function kindOf(
  folder: string,
  files: readonly string[],
  folders: readonly string[],
): ForeignKind | null {
  const has = (name: string) => files.includes(name);
  if (has("results.csv") && has("args.yaml")) return "ultralytics";
  if (files.some((name) => name.endsWith(".wandb"))) return "wandb";
  if (files.some(isEventFile)) return "tensorboard";
  if (has("metrics.csv") && (has("hparams.yaml") || /^version_\d+$/.test(path.basename(folder))))
    return "lightning";
  const isDvclive = folders.includes("plots") && (has("metrics.json") || has("params.yaml"));
  return isDvclive ? "dvclive" : null;
}

export function isEventFile(name: string): boolean {
  return name.includes("tfevents") && !name.endsWith(".profile-empty");
}

/** Where TensorBoard's writer puts the parameters of a run: a folder of its own, named by the time. */
const parametersFolder = /^\d{9,11}\.\d+$/;

export interface FoundFolder {
  /** Null for a file `mlflow.db`, which has to be looked into. */
  readonly kind: ForeignKind;
  readonly path: string;
}

/** Everything that looks like somebody's log below a folder, itself included, at most so many folders deep. */
export async function* logsBelow(root: string, depth: number): AsyncGenerator<FoundFolder> {
  let left = mostFolders;
  yield* below(root, depth, false);

  async function* below(folder: string, levels: number, inLog: boolean): AsyncGenerator<FoundFolder> {
    if (left-- <= 0) return;
    const entries = await entriesOf(folder);
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    if (folders.length > 0 && !inLog && (await isMlruns(folder))) {
      yield { kind: "mlruns", path: folder };
      return;
    }
    if (files.includes("mlflow.db")) yield { kind: "mlflow.db", path: path.join(folder, "mlflow.db") };
    const kind = kindOf(folder, files, folders);
    if (kind !== null) yield { kind, path: folder };
    for (const name of levels > 0 ? folders : []) {
      if (name.startsWith(".") || passedOver.has(name)) continue;
      // They belong to the run above them.
      if (kind === "tensorboard" && parametersFolder.test(name)) continue;
      yield* below(path.join(folder, name), name === common ? levels : levels - 1, kind !== null);
    }
  }
}

/** Folders of a run's parameters, as its writer put them beside its event files. */
export async function parameterFolders(folder: string): Promise<readonly string[]> {
  const entries = await entriesOf(folder);
  return entries
    .filter((entry) => entry.isDirectory() && parametersFolder.test(entry.name))
    .map(({ name }) => path.join(folder, name));
}
