/** MLflow's folder `mlruns/` of any version: experiments, their runs, and where the registry of models lies beside them. */

import { lstat } from "node:fs/promises";
import * as path from "node:path";
import type { ForeignExperiment, ForeignLog, ForeignRun, ForeignTrouble } from "../../model/foreignLog.ts";
import { foreignTime } from "../../model/foreignText.ts";
import { readLoggedModels } from "./mlrunsLoggedModels.ts";
import { readModels } from "./mlrunsModels.ts";
import { readRun } from "./mlrunsRun.ts";
import { entriesOf, nullWhenRefused } from "./plainFiles.ts";
import { textFiles } from "./textFiles.ts";
import { numberIn, readYaml, textIn } from "./yamlFile.ts";

type Say = (what: ForeignTrouble) => void;

interface Experiment extends ForeignExperiment {
  readonly folder: string;
}

/** Folders beside the experiments that are none. */
const others = new Set([".trash", "models"]);

export function openMlruns(root: string, trouble: Say): ForeignLog {
  return {
    kind: "mlruns",
    path: root,
    runs: () => runsOf(root, trouble),
    experiments: () => experimentsOf(root, () => undefined),
    models: () => readModels(path.join(root, "models"), trouble),
    close: async () => undefined,
  };
}

/** About how many runs there are: folders with 32 hex digits for a name. */
export async function countRuns(root: string): Promise<number> {
  let count = 0;
  for (const folder of await experimentFolders(root))
    count += (await entriesOf(path.join(root, folder))).filter(({ name }) => runFolder.test(name)).length;
  return count;
}

const runFolder = /^[0-9a-f]{32}$/;

/** Is it a folder of MLflow's? One of its experiments says so. */
export async function isMlruns(root: string): Promise<boolean> {
  for (const folder of (await experimentFolders(root)).slice(0, 20)) {
    const file = path.join(root, folder, "meta.yaml");
    const { object } = (await lstat(file).catch(nullWhenRefused)) === null ? noObject : await readYaml(file);
    if (object !== null && textIn(object, "artifact_location") !== "") return true;
  }
  return false;
}

const noObject = { object: null };

async function experimentFolders(root: string): Promise<readonly string[]> {
  const entries = await entriesOf(root);
  return entries.filter((entry) => entry.isDirectory() && !others.has(entry.name)).map(({ name }) => name);
}

async function experimentsOf(root: string, trouble: Say): Promise<readonly Experiment[]> {
  const found: Experiment[] = [];
  for (const name of await experimentFolders(root)) {
    const folder = path.join(root, name);
    const { object, problem } = await readYaml(path.join(folder, "meta.yaml"));
    if (problem !== null) trouble({ about: `${name}/meta.yaml`, text: problem });
    if (object === null || textIn(object, "lifecycle_stage") === "deleted") continue;
    const created = foreignTime(numberIn(object, "creation_time") ?? 0);
    const tags = Object.fromEntries(await textFiles(path.join(folder, "tags"), () => undefined));
    found.push({ name: textIn(object, "name") || name, created, tags, folder });
  }
  return found;
}

async function* runsOf(root: string, trouble: Say): AsyncGenerator<ForeignRun> {
  for (const { name, folder } of await experimentsOf(root, trouble)) {
    const models = await readLoggedModels(path.join(folder, "models"), path.basename(folder), trouble);
    for (const entry of await entriesOf(folder)) {
      if (!entry.isDirectory() || !runFolder.test(entry.name)) continue;
      const run = await readRun(path.join(folder, entry.name), name, models, trouble);
      if (run !== null) yield run;
    }
  }
}
