import { type ComparisonColumn, compareRuns, onlyDifferences } from "../../model/comparison.ts";
import { metricDirection } from "../../model/direction.ts";
import { formatValue } from "../../model/format.ts";
import { findRun } from "../../ops/findRun.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText, runJson } from "./json.ts";
import { painted, type Terminal } from "./terminal.ts";
import { plain, table } from "./text.ts";

/** Sets runs side by side. */
export const compare: Command = {
  summary: "compare runs: parameters, metrics and facts side by side",
  usage: "[options] <run> <run>…",
  words: [1, 100],
  options: { all: { type: "boolean", short: "a", help: "also show what is the same in all of them" } },
  details: `The best value of a metric is marked with *; a value that a run does not have is shown as –.

With --json: {"runs": […], "columns": [{"kind", "key", "differs", "values": [text or null, …]}]}; values are in the order of the runs.`,
  async run({ project, terminal, json, words, flag }) {
    const store = await project.store.existing();
    const found = [];
    for (const word of words) found.push(await findRun(word, store));
    const once = [...new Map(found.map((run) => [run.id, run])).values()];
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
