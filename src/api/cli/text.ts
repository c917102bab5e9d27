/** Text for a terminal: what came from outside can't steer it, and columns line up. */

/** C0 and C1 controls, the separators that break lines, and the marks that turn text around. */
const unsafe = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Untrusted text on one line: control characters become visible escapes, so that a file name can't clear the screen. */
export function plain(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const segmenter = new Intl.Segmenter();

/** Columns that a text takes in a terminal; color codes take none. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of segmenter.segment(text.replace(color, ""))) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

const color = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Cuts text to a number of columns, with an ellipsis where something is left out. */
export function fitted(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = "";
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += wide.test(segment) ? 2 : 1;
    if (used > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Longest cell shown whole; longer ones are cut. */
  readonly limit?: number;
}

const gap = "  ";

/** A table of lines: a title row, then the rows, two blanks between columns and none at the ends of lines. */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map((column) => column.title), ...rows].map((row) =>
    columns.map((column, index) => fitted(row[index] ?? "", column.limit ?? 60)),
  );
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => width(row[index] ?? ""))));
  return cells.map((row) =>
    row
      .map((cell, index) => {
        const padding = " ".repeat((widths[index] ?? 0) - width(cell));
        return columns[index]?.align === "right" ? padding + cell : cell + padding;
      })
      .join(gap)
      .trimEnd(),
  );
}
