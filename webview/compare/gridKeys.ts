/** Where the keys of a grid lead. Pure. */

/** A cell by its row (−1 is the head) and column (0 is the name). */
export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  /** Without the names. */
  readonly columns: number;
  /** Rows of a page. */
  readonly page: number;
}

/** The cell that a key leads to, or null for a key that leads nowhere. */
export function movedBy(
  { key, ctrlKey }: Pick<KeyboardEvent, "key" | "ctrlKey">,
  { row, column }: GridPlace,
  { rows, columns, page }: GridSize,
): GridPlace | null {
  const last = rows - 1;
  const targets: Readonly<Record<string, GridPlace>> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    PageUp: { row: Math.max(0, row - page), column },
    PageDown: { row: row + page, column },
    Home: { row: ctrlKey ? 0 : row, column: 0 },
    End: { row: ctrlKey ? last : row, column: columns },
  };
  const target = targets[key];
  if (target === undefined) return null;
  return {
    row: Math.min(last, Math.max(-1, target.row)),
    column: Math.min(columns, Math.max(0, target.column)),
  };
}
