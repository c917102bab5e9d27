import { promptText } from "../../model/prompt.ts";
import { type Model, type ModelVersion, versionPlace } from "../../model/registry.ts";
import type { Run } from "../../model/run.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText, modelJson } from "./json.ts";
import { keyMetricText } from "./runs.ts";
import { plain, table } from "./text.ts";

/** Lists models with their versions and aliases. */
export const models: Command = {
  summary: "list the models with their versions and aliases",
  usage: "[options]",
  words: [0, 0],
  options: {},
  details: 'With --json: an array of {"name", "created", "aliases": […], "versions": […]}.',
  async run({ project, terminal, json }) {
    const store = await project.store.existing();
    const found = (await store?.registry.models()) ?? [];
    if (json) await terminal.out(jsonText(found.map(modelJson)));
    else if (found.length === 0)
      await terminal.out("No models yet. Register one with runline register <run> <path> --model <name>\n");
    else {
      const ids = [...new Set(found.flatMap((model) => model.versions.flatMap(({ runId }) => runId ?? [])))];
      const runs = (await store?.runs.list({ ids, limit: 10_000, deleted: true })) ?? [];
      await terminal.out(`${modelsTable(found, new Map(runs.map((run) => [run.id, run]))).join("\n")}\n`);
    }
    return exitCode.done;
  },
};

function modelsTable(found: readonly Model[], runs: ReadonlyMap<string, Run>): string[] {
  const row = (version: ModelVersion) => {
    const run = runs.get(version.runId ?? "");
    return [
      plain(version.model),
      String(version.version),
      version.aliases.map(plain).join(", "),
      run === undefined ? "" : keyMetricText(run),
      run === undefined ? (version.runId ?? "").slice(0, 12) : plain(run.name),
      plain(version.tags[promptText] ?? versionPlace(version)),
      new Date(version.created).toISOString().slice(0, 16).replace("T", " "),
      plain(version.actor.name),
    ];
  };
  const titles = ["MODEL", "VERSION", "ALIASES", "METRIC", "RUN", "FILE", "REGISTERED (UTC)", "BY"];
  const columns = titles.map((title) => ({
    title,
    limit: 40,
    align: title === "VERSION" ? ("right" as const) : ("left" as const),
  }));
  const newestFirst = (model: Model) => [...model.versions].sort((a, b) => b.version - a.version);
  return table(
    columns,
    found.flatMap((model) => newestFirst(model).map(row)),
  );
}
