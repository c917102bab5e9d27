import { type ComparisonColumn, compareRuns, onlyDifferences } from "../../model/comparison.ts";
import { metricDirection } from "../../model/direction.ts";
import { RunlineError } from "../../model/failure.ts";
import { formatValue } from "../../model/format.ts";
import type { Run } from "../../model/run.ts";
import type { Statistics } from "../../model/statistics.ts";
import { findRun } from "../../ops/findRun.ts";
import { type Call, type Command, exitCode } from "./command.ts";
import { groupKeys, groupsOf } from "./compareGroups.ts";
import { jsonText, runJson } from "./json.ts";
import { painted, type Terminal } from "./terminal.ts";
import { plain, table } from "./text.ts";

/** Sets runs side by side. */
export const compare: Command = {
  summary: "compare runs: parameters, metrics and facts side by side",
  usage: "[options] <run> <run>…",
  words: [1, 100],
  options: {
    all: { type: "boolean", short: "a", help: "also show what is the same in all of them" },
    group: {
      type: "string",
      short: "g",
      value: "<parameter>",
      help: "mean ± deviation of each metric over the runs that have the same value of it",
    },
  },
  details: `The best value of a metric is marked with *; a value that a run does not have is shown as –.

With --json: {"runs": […], "columns": [{"kind", "key", "differs", "values": [text or null, …]}]}; values are in the order of the runs.
With --group --json: {"by", "groups": [{"value", "runs": [id, …], "metrics": {key: {"count", "mean", "deviation", "min", "max"}}}]}; runs
without the parameter have the value null.`,
  async run({ project, terminal, json, words, text, flag }) {
    const store = await project.store.existing();
    const found = [];
    for (const word of words) found.push(await findRun(word, store));
    const once = [...new Map(found.map((run) => [run.id, run])).values()];
    const by = text("group");
    if (by !== undefined) return grouped(once, by, { json, terminal });
    const whole = compareRuns(once);
    const { runs, columns } = flag("all") ? whole : onlyDifferences(whole);
    if (json) {
      const shown = columns.map(({ kind, key, differs, cells }) => ({
        kind,
        key,
        differs,
        values: cells.map((cell) => cell?.text ?? null),
      }));
      await terminal.out(jsonText({ runs: runs.map(runJson), columns: shown }));
      return exitCode.done;
    }
    if (columns.length === 0) await terminal.out("Nothing differs between these runs.\n");
    else {
      const titles = [
        { title: "" },
        ...runs.map((run) => ({ title: plain(run.name), align: "right" as const, limit: 32 })),
      ];
      await terminal.out(
        `${table(
          titles,
          columns.map((column) => row(column, terminal)),
        ).join("\n")}\n`,
      );
    }
    return exitCode.done;
  },
};

async function grouped(
  runs: readonly Run[],
  by: string,
  { json, terminal }: Pick<Call, "json" | "terminal">,
): Promise<number> {
  const keys = groupKeys(runs);
  if (!keys.includes(by))
    throw new RunlineError("usage", {
      cause: `None of the runs has a parameter “${plain(by)}”. There are: ${keys.map(plain).join(", ")}.`,
    });
  const groups = groupsOf(runs, by);
  if (json) {
    const shown = groups.map(({ value, runs: members, metrics }) => ({
      value,
      runs: members.map(({ id }) => id),
      metrics: Object.fromEntries(
        Object.entries(metrics).map(([key, { count, mean, deviation, min, max }]) => [
          key,
          { count, mean, deviation, min, max },
        ]),
      ),
    }));
    await terminal.out(jsonText({ by, groups: shown }));
    return exitCode.done;
  }
  const names = [...new Set(groups.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
  const titles = groups.map(({ value, runs: members }) => ({
    title: `${plain(by)}=${value === null ? "–" : plain(value)} (${members.length})`,
    align: "right" as const,
    limit: 32,
  }));
  const rows = names.map((name) => [plain(name), ...groups.map(({ metrics }) => spreadText(metrics[name]))]);
  await terminal.out(`${table([{ title: "" }, ...titles], rows).join("\n")}\n`);
  return exitCode.done;
}

/** `0.943 ± 0.002`; one run alone has no spread. */
function spreadText(figures: Statistics | undefined): string {
  if (figures === undefined || figures.count === 0) return "–";
  const mean = formatValue(figures.mean);
  return figures.count === 1 ? mean : `${mean} ± ${formatValue(figures.deviation)}`;
}

function row(column: ComparisonColumn, terminal: Terminal): string[] {
  const best = bestNumber(column);
  const cells = column.cells.map((cell) => {
    if (cell === null) return "–";
    if (column.kind !== "metric" || cell.number === null) return plain(shortened(column, cell.text));
    const text = formatValue(cell.number);
    return cell.number === best ? painted(`${text} *`, "bold", terminal) : best === null ? text : `${text}  `;
  });
  return [column.kind === "tag" ? `tag ${plain(column.key)}` : plain(column.key), ...cells];
}

/** Tree ids are for machines; their first ten characters tell two trees apart. */
function shortened(column: ComparisonColumn, text: string): string {
  return column.kind === "fact" && column.key === "code" ? text.replace(/^sha256:/, "").slice(0, 10) : text;
}

/** The best value of a metric that differs, by its own direction. */
function bestNumber(column: ComparisonColumn): number | null {
  if (column.kind !== "metric" || !column.differs) return null;
  const numbers = column.cells.flatMap((cell) => (Number.isFinite(cell?.number) ? [cell?.number ?? 0] : []));
  if (numbers.length < 2) return null;
  return metricDirection(column.key) === "up" ? Math.max(...numbers) : Math.min(...numbers);
}
