/** The registry of models in a folder `mlruns/models/`. */

import * as path from "node:path";
import type { ForeignModel, ForeignTrouble, ForeignVersion } from "../../model/foreignLog.ts";
import { deletedStage, mlflowSource, mlflowStage } from "../../model/foreignMlflow.ts";
import { entriesOf } from "./plainFiles.ts";
import { textFiles } from "./textFiles.ts";
import { readYaml, textIn, type YamlObject } from "./yamlFile.ts";

const versionFolder = /^version-([1-9]\d{0,8})$/;

export async function readModels(
  folder: string,
  trouble: (what: ForeignTrouble) => void,
): Promise<readonly ForeignModel[]> {
  const models: ForeignModel[] = [];
  for (const { name } of await entriesOf(folder)) {
    const at = path.join(folder, name);
    const { object, problem } = await readYaml(path.join(at, "meta.yaml"));
    if (problem !== null) trouble({ about: `models/${name}/meta.yaml`, text: problem });
    if (object === null) continue;
    models.push({
      name: textIn(object, "name") || name,
      description: textIn(object, "description"),
      tags: await tagsOf(at),
      versions: await versionsOf(at, trouble),
      aliases: await aliasesOf(at),
    });
  }
  return models;
}

async function versionsOf(
  folder: string,
  trouble: (what: ForeignTrouble) => void,
): Promise<readonly ForeignVersion[]> {
  const versions: ForeignVersion[] = [];
  for (const { name } of await entriesOf(folder)) {
    const number = Number(versionFolder.exec(name)?.[1]);
    if (!Number.isInteger(number)) continue;
    const at = path.join(folder, name);
    const { object, problem } = await readYaml(path.join(at, "meta.yaml"));
    if (problem !== null)
      trouble({ about: `models/${path.basename(folder)}/${name}/meta.yaml`, text: problem });
    if (object !== null && textIn(object, "current_stage") !== deletedStage)
      versions.push(versionOf(number, object, await tagsOf(at)));
  }
  return versions.sort((left, right) => left.version - right.version);
}

function versionOf(
  version: number,
  object: YamlObject,
  tags: Readonly<Record<string, string>>,
): ForeignVersion {
  const source = textIn(object, "source");
  const runId = textIn(object, "run_id") || null;
  const said = mlflowSource(source, runId);
  return {
    ...{ version, tags, source, runId, artifact: said.artifact },
    description: textIn(object, "description"),
    stage: mlflowStage(textIn(object, "current_stage")),
    loggedModel: textIn(object, "model_id") || said.loggedModel,
    storage: textIn(object, "storage_location") || null,
    runLink: textIn(object, "run_link") || null,
  };
}

async function tagsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(await textFiles(path.join(folder, "tags"), () => undefined));
}

/** A file for each, with the number of the version in it. */
async function aliasesOf(folder: string): Promise<ForeignModel["aliases"]> {
  const files = await textFiles(path.join(folder, "aliases"), () => undefined);
  return files
    .map(([alias, text]) => ({ alias, version: Number(text.trim()) }))
    .filter(({ version }) => Number.isSafeInteger(version) && version > 0);
}
