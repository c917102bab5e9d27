/** Tables in text files (CSV, TSV), row by row: a head with names, then cells that are numbers or empty. */

import { pythonFloat } from "../../model/foreignMlflow.ts";
import { linesOf } from "./lines.ts";

export interface TableRow {
  /** Numbers by column; cells that are empty or no numbers are not among them. */
  readonly values: ReadonlyMap<string, number>;
  /** From 0. */
  readonly index: number;
}

export interface Table {
  readonly rows: AsyncGenerator<TableRow>;
  /** Names of the columns, once rows are read. */
  columns(): readonly string[];
  /** What was wrong, once all rows are read. */
  problem(): string | null;
}

/** A last line without its end is torn: it may be written on, and then has other numbers. */
export function tableIn(file: string, separator: "," | "\t"): Table {
  const bad: number[] = [];
  let isText = true;
  let head: readonly string[] | null = null;

  async function* rows(): AsyncGenerator<TableRow> {
    let index = 0;
    for await (const { text, number, whole } of linesOf(file, 1024 * 1024)) {
      if (text === null) bad.push(number);
      if (text === null || text.trim() === "") continue;
      const cells = cellsOf(text, separator);
      if (head === null) {
        head = cells;
        isText = !/[\0\r]/.test(text);
      } else if (cells.length !== head.length) {
        if (whole) bad.push(number);
      } else if (whole) {
        const values = new Map<string, number>();
        for (const [at, name] of head.entries()) {
          const value = pythonFloat(cells[at] ?? "");
          if (value !== null && name !== "") values.set(name.slice(0, 1_000), value);
        }
        yield { values, index: index++ };
      }
    }
  }

  return {
    rows: rows(),
    columns: () => head ?? [],
    problem() {
      if (!isText) return "it is no UTF-8 text in lines";
      return bad.length === 0 ? null : `${bad.length} lines could not be read, the first is line ${bad[0]}`;
    },
  };
}

/** Cells without the blanks around them; one in quotes may hold the separator. */
function cellsOf(line: string, separator: string): readonly string[] {
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (letter === '"' && quoted && line[at + 1] === '"') {
      cell += letter;
      at += 1;
    } else if (letter === '"') quoted = !quoted;
    else if (letter === separator && !quoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += letter;
  }
  return [...cells, cell.trim()];
}
