/** The table as text for a document or a spreadsheet. Pure. */

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
    line([names[index] ?? "", ...columns.map((column) => column.cells[index]?.shown ?? "")]),
  );
  return `${[line(["run", ...columns.map((column) => column.title)]), `| ${rule.join(" | ")} |`, ...rows].join("\n")}\n`;
}

/** CSV after RFC 4180 with exact numbers. Text that a spreadsheet would take for a formula is made plain text. */
export function csvTable({ names, columns, order }: ExportedTable): string {
  const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const plain = (text: string) => quote(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const value = (column: GridColumn, index: number) => {
    const cell = column.cells[index];
    if (!cell) return "";
    return cell.number === null ? plain(cell.shown) : String(cell.number);
  };
  const head = [
    "run",
    ...columns.map((column) => (column.title === "duration" ? "duration_ms" : column.title)),
  ].map(plain);
  const rows = order.map((index) => [
    plain(names[index] ?? ""),
    ...columns.map((column) => value(column, index)),
  ]);
  return [head, ...rows].map((cells) => `${cells.join(",")}\r\n`).join("");
}
