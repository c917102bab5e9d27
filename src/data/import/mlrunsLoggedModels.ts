/** Logged models of MLflow 3 in a folder `mlruns/<experiment>/models/`, by the run that made each. */

import { lstat } from "node:fs/promises";
import * as path from "node:path";
import type { ForeignTrouble } from "../../model/foreignLog.ts";
import { type ModelMeasure, mlflowModelStatus, pythonFloat } from "../../model/foreignMlflow.ts";
import { foreignTime } from "../../model/foreignText.ts";
import type { LoggedModelRecord } from "../../model/journal.ts";
import { linesOf } from "./lines.ts";
import { entriesOf, filesBelow, nullWhenRefused } from "./plainFiles.ts";
import { textFiles } from "./textFiles.ts";
import { numberIn, readYaml, textIn } from "./yamlFile.ts";

export interface LoggedModels {
  /** By the run that made them. */
  readonly made: ReadonlyMap<string, readonly LoggedModelRecord[]>;
  /** What runs have measured on models, by run. */
  readonly measures: ReadonlyMap<string, readonly ModelMeasure[]>;
  /** Folder of a model's files. */
  artifacts(model: string): string;
  /** Grows with what is known of them. */
  readonly mark: string;
}

const modelFolder = /^m-[0-9a-f]{32}$/;

export async function readLoggedModels(
  folder: string,
  experiment: string,
  trouble: (what: ForeignTrouble) => void,
): Promise<LoggedModels> {
  const made = new Map<string, LoggedModelRecord[]>();
  const measures = new Map<string, ModelMeasure[]>();
  const marks: string[] = [];
  for (const { name: id } of (await entriesOf(folder)).filter((entry) => modelFolder.test(entry.name))) {
    const at = path.join(folder, id);
    const { object, problem } = await readYaml(path.join(at, "meta.yaml"));
    if (problem !== null) trouble({ about: `${experiment}/models/${id}/meta.yaml`, text: problem });
    if (object === null || textIn(object, "lifecycle_stage") === "deleted") continue;
    const run = textIn(object, "source_run_id");
    if (run === "") {
      trouble({ about: `${experiment}/models/${id}`, text: "no run made it, so it was left out" });
      continue;
    }
    const time = foreignTime(numberIn(object, "creation_timestamp") ?? 0);
    const record: LoggedModelRecord = {
      ...{ kind: "model", time, id, name: textIn(object, "name").slice(0, 500) },
      ...{ type: textIn(object, "model_type").slice(0, 500), ...mlflowModelStatus(textIn(object, "status")) },
      parameters: Object.fromEntries(await textFiles(path.join(at, "params"), () => undefined)),
      tags: Object.fromEntries(await textFiles(path.join(at, "tags"), () => undefined)),
    };
    made.set(run, [...(made.get(run) ?? []), record]);
    for await (const { path: key, place, stats } of filesBelow(path.join(at, "metrics"))) {
      marks.push(`${id} ${key} ${stats.size}`);
      const bad = await readMeasures(place, id, key, measures);
      if (bad > 0)
        trouble({
          about: `${experiment}/models/${id}/metrics/${key}`,
          text: `${bad} lines could not be read`,
        });
    }
    const meta = await lstat(path.join(at, "meta.yaml")).catch(nullWhenRefused);
    marks.push(`${id} ${meta?.mtimeMs ?? 0}`);
  }
  return { made, measures, artifacts: (id) => path.join(folder, id, "artifacts"), mark: marks.join("\n") };
}

/** Lines of `time value step run`, with the name and digest of a data set where there is one. Answers how many were none. */
async function readMeasures(
  file: string,
  model: string,
  key: string,
  measures: Map<string, ModelMeasure[]>,
): Promise<number> {
  let bad = 0;
  for await (const { text, whole } of linesOf(file)) {
    if (text === "" || !whole) continue;
    const [time = "", number = "", step = "", run = "", name, digest] = (text ?? "").trim().split(" ");
    const value = pythonFloat(number);
    if (value === null || run === "" || !/^\d+$/.test(time) || !/^-?\d+$/.test(step)) {
      bad += 1;
      continue;
    }
    const dataset = name === undefined || digest === undefined ? null : { name, digest };
    const measure = { model, key, time: foreignTime(Number(time)), step: Number(step), value, dataset };
    const known = measures.get(run);
    if (known === undefined) measures.set(run, [measure]);
    else known.push(measure);
  }
  return bad;
}
