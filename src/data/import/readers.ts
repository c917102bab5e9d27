/** All tools whose logs can be read: which of them has written to a place, and how it is opened. */

import { realpath, stat } from "node:fs/promises";
import * as path from "node:path";
import type {
  ForeignFile,
  ForeignKind,
  ForeignLog,
  ForeignPlace,
  ForeignReaders,
  ForeignRun,
  ForeignTrouble,
} from "../../model/foreignLog.ts";
import { dvcliveRun } from "./dvclive.ts";
import { countRuns, openMlruns } from "./mlruns.ts";
import { filesBelow } from "./plainFiles.ts";
import { logsBelow } from "./runFolders.ts";
import { tableRun } from "./tableRuns.ts";
import { tensorboardRun } from "./tensorboard.ts";
import { wandbRun } from "./wandb.ts";

/** What is read with a driver comes from the store's side. */
export interface DatabaseReader {
  is(file: string): Promise<boolean>;
  count(file: string): Promise<number>;
  open(
    file: string,
    files: (folder: string) => AsyncIterable<ForeignFile>,
    trouble: (what: ForeignTrouble) => void,
  ): Promise<ForeignLog>;
}

/** How deep the runs of a place may lie below it. */
const deepest = 8;

type FolderKind = Exclude<ForeignKind, "mlruns" | "mlflow.db">;

const folderRuns: Readonly<Record<FolderKind, (folder: string) => Promise<ForeignRun | null>>> = {
  tensorboard: tensorboardRun,
  wandb: wandbRun,
  dvclive: dvcliveRun,
  lightning: (folder) => tableRun("lightning", folder),
  ultralytics: (folder) => tableRun("ultralytics", folder),
};

export function foreignReaders(database: DatabaseReader): ForeignReaders {
  return {
    find: (at, depth) => findPlaces(at, depth, database),
    async count({ kind, path: at }) {
      if (kind === "mlruns") return countRuns(at);
      if (kind === "mlflow.db") return database.count(at);
      let count = 0;
      for await (const found of logsBelow(at, deepest)) if (found.kind === kind) count += 1;
      return count;
    },
    async open({ kind, path: at }, trouble) {
      if (kind === "mlflow.db") return database.open(at, artifactsBelow, trouble);
      return kind === "mlruns" ? openMlruns(at, trouble) : openFolders(kind, at, trouble);
    },
  };
}

function openFolders(kind: FolderKind, root: string, trouble: (what: ForeignTrouble) => void): ForeignLog {
  return {
    kind,
    path: root,
    async *runs() {
      for await (const found of logsBelow(root, deepest)) {
        if (found.kind !== kind) continue;
        const run = await folderRuns[kind](found.path).catch((thrown: unknown) => {
          trouble({ about: path.relative(root, found.path) || found.path, text: String(thrown) });
          return null;
        });
        if (run !== null) yield run;
      }
    },
    experiments: async () => [],
    models: async () => [],
    close: async () => undefined,
  };
}

async function* artifactsBelow(folder: string): AsyncGenerator<ForeignFile> {
  // A link on the way would lead out of the place that is imported.
  const real = await realpath(folder).catch(() => null);
  if (real !== folder) return;
  for await (const { path: name, place, stats } of filesBelow(folder))
    yield { path: name, place, bytes: stats.size };
}

/** What is found below a folder is one place for each tool and each folder in it. */
async function findPlaces(
  given: string,
  depth: number,
  database: DatabaseReader,
): Promise<readonly ForeignPlace[]> {
  const found = await stat(given).catch(() => null);
  if (found?.isFile()) return placeOfFile(given, database);
  if (!found?.isDirectory()) return [];
  const places = new Map<string, ForeignPlace>();
  for await (const { kind, path: at } of logsBelow(given, depth)) {
    if (kind === "mlflow.db" && !(await database.is(at))) continue;
    const isOne = kind === "mlflow.db" || kind === "mlruns";
    const [first = ""] = path.relative(given, at).split(path.sep);
    const place = isOne ? at : path.join(given, first);
    if (!places.has(`${kind} ${given}`)) places.set(`${kind} ${place}`, { kind, path: place });
  }
  return [...places.values()];
}

async function placeOfFile(file: string, database: DatabaseReader): Promise<readonly ForeignPlace[]> {
  const folder = path.dirname(file);
  if (file.endsWith(".wandb")) return [{ kind: "wandb", path: folder }];
  return (await database.is(file)) ? [{ kind: "mlflow.db", path: file }] : [];
}
