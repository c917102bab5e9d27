/** The table as text for a document or a spreadsheet. Pure. */

import { csvText } from "../shared/csv.ts";
import type { GridColumn } from "./gridColumns.ts";

export interface ExportedTable {
  readonly names: readonly string[];
  readonly columns: readonly GridColumn[];
  /** Indexes of the runs in the order shown. */
  readonly order: readonly number[];
}

/** A Markdown table with the values as shown. */
export function markdownTable({ names, columns, order }: ExportedTable): string {
  const plain = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replace(/\s+/g, " ");
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  const rule = ["---", ...columns.map((column) => (column.numeric ? "---:" : "---"))];
  const rows = order.map((index) =>
    line([names[index] ?? "", ...columns.map((column) => column.cells.at(index)?.shown ?? "")]),
  );
  return `${[line(["run", ...columns.map((column) => column.title)]), `| ${rule.join(" | ")} |`, ...rows].join("\n")}\n`;
}

/** CSV with exact numbers. */
export function csvTable({ names, columns, order }: ExportedTable): string {
  const value = (column: GridColumn, index: number): string | number => {
    const cell = column.cells.at(index);
    return cell === null ? "" : (cell.number ?? cell.shown);
  };
  const head = columns.map((column) => (column.title === "duration" ? "duration_ms" : column.title));
  return csvText([
    ["run", ...head],
    ...order.map((index) => [names[index] ?? "", ...columns.map((column) => value(column, index))]),
  ]);
}

/** A LaTeX table in the style of booktabs, the best values in bold. */
export function latexTable({ names, columns, order }: ExportedTable): string {
  const line = (cells: readonly string[]) => `  ${cells.join(" & ")} \\\\`;
  const value = (column: GridColumn, index: number) => {
    const cell = column.cells.at(index);
    if (cell === null) return "--";
    const text = latexText(cell.shown);
    return cell.number !== null && cell.number === column.best ? `\\textbf{${text}}` : text;
  };
  const rows = order.map((index) =>
    line([latexText(names[index] ?? ""), ...columns.map((column) => value(column, index))]),
  );
  return [
    `\\begin{tabular}{l${columns.map((column) => (column.numeric ? "r" : "l")).join("")}}`,
    "  \\toprule",
    line(
      ["run", ...columns.map((column) => column.title)].map((text, at) =>
        at === 0 ? text : latexText(text),
      ),
    ),
    "  \\midrule",
    ...rows,
    "  \\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}

const latexSigns: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "−": "$-$",
  "∞": "$\\infty$",
};

const latexText = (text: string) =>
  text.replace(/[\\~^±−∞]|[&%$#_{}]/g, (sign) => latexSigns[sign] ?? `\\${sign}`).replace(/\s+/g, " ");
