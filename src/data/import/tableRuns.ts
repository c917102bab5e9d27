/** Runs whose tool writes one table with a row for each step: Lightning's CSVLogger and Ultralytics. */

import * as path from "node:path";
import type { ForeignRun } from "../../model/foreignLog.ts";
import { flatSettings, foreignParameter } from "../../model/foreignText.ts";
import type { JournalRecord } from "../../model/journal.ts";
import { folderRun, type Problem } from "./folderRun.ts";
import { tableIn } from "./tables.ts";
import { readYaml } from "./yamlFile.ts";

interface TableTool {
  readonly table: string;
  readonly settings: string;
  /** The column with the step; not a metric itself. */
  readonly step: string;
  /** The column with the seconds since the start. */
  readonly seconds: string | null;
}

const tools = {
  lightning: { table: "metrics.csv", settings: "hparams.yaml", step: "step", seconds: null },
  ultralytics: { table: "results.csv", settings: "args.yaml", step: "epoch", seconds: "time" },
} as const satisfies Record<string, TableTool>;

export function tableRun(kind: keyof typeof tools, folder: string): Promise<ForeignRun> {
  const tool: TableTool = tools[kind];
  return folderRun({
    folder,
    timed: false,
    isLog: (name) => name === tool.table || name === tool.settings,
    records: (started, problem) => recordsOf(folder, tool, started, problem),
  });
}

async function* recordsOf(
  folder: string,
  tool: TableTool,
  started: number,
  problem: Problem,
): AsyncGenerator<JournalRecord> {
  const settings = await readYaml(path.join(folder, tool.settings));
  if (settings.problem !== null) problem(`${tool.settings} could not be read: ${settings.problem}.`);
  for (const [key, value] of flatSettings(settings.object ?? {}))
    yield foreignParameter(key, value, "user", started);
  const table = tableIn(path.join(folder, tool.table), ",");
  let odd = 0;
  let any = false;
  for await (const { values, index } of table.rows) {
    const step = values.get(tool.step) ?? index;
    const seconds = tool.seconds === null ? undefined : values.get(tool.seconds);
    const time = seconds === undefined ? started : started + Math.round(seconds * 1_000);
    const own = [...values].filter(([key]) => key !== tool.step && key !== tool.seconds);
    if (!Number.isSafeInteger(step) || !Number.isFinite(time)) odd += 1;
    else if (own.length > 0) {
      any = true;
      yield { kind: "metric", time, step, values: Object.fromEntries(own), source: "user" };
    }
  }
  if (!any && table.problem() === null && !table.columns().includes(tool.step))
    problem(`${tool.table}: it has no numbers and no column “${tool.step}”.`);
  if (odd > 0) problem(`${tool.table}: ${odd} rows were left out, as their ${tool.step} is no whole number.`);
  const said = table.problem();
  if (said !== null) problem(`${tool.table}: ${said}.`);
}
