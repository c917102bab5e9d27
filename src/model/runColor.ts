/**
 * One run, one look: colour, dash and marker, the same in every tree, table, chart and tooltip.
 *
 * The colours are contributed to the editor as `runline.run1` … `runline.run12`, so that themes and people may change them;
 * these are their defaults. Each has a contrast of at least 3 : 1 against the usual editor backgrounds of its kind of theme.
 */

export interface RunColor {
  /** Id of the contributed theme colour. */
  readonly id: string;
  readonly name: string;
  readonly dark: string;
  readonly light: string;
  readonly highContrast: string;
  readonly highContrastLight: string;
}

const defined: readonly (readonly [string, string, string, string, string])[] = [
  ["blue", "#4fa3ff", "#0b6bcb", "#6cb6ff", "#0a4f96"],
  ["orange", "#f2994a", "#b9520a", "#ffad62", "#8a3b00"],
  ["green", "#5ec26a", "#23823a", "#7ee08a", "#12602a"],
  ["pink", "#ec6cb9", "#c02684", "#ff8fd0", "#94105f"],
  ["yellow", "#e0c341", "#856800", "#ffe066", "#5f4a00"],
  ["cyan", "#35c4cf", "#0a7682", "#5ce5ee", "#005863"],
  ["purple", "#a98bfa", "#6f4bd8", "#c3adff", "#4f2cb0"],
  ["red", "#f4706a", "#cf272d", "#ff918c", "#a00d14"],
  ["lime", "#a4d037", "#567800", "#c6f25a", "#3e5800"],
  ["brown", "#c9a27c", "#83593a", "#e6c39f", "#613c1f"],
  ["grey", "#aab4c0", "#5f6b78", "#d2dae3", "#434e5a"],
  ["teal", "#2fb594", "#0f7a5c", "#5fdcbd", "#005a41"],
];

export const runColors: readonly RunColor[] = defined.map(
  ([name, dark, light, highContrast, highContrastLight], index) => ({
    id: `runline.run${index + 1}`,
    name,
    dark,
    light,
    highContrast,
    highContrastLight,
  }),
);

export const markers = ["circle", "square", "triangle", "diamond"] as const;
export type Marker = (typeof markers)[number];

const dashes: readonly (readonly number[])[] = [[], [8, 3], [2, 3], [9, 3, 2, 3]];

/** How the line of a run is drawn where several runs share a chart. */
export interface RunLook {
  /** 0 to 11, an index into `runColors`. */
  readonly color: number;
  /** Lengths of strokes and gaps in pixels; empty is a solid line. */
  readonly dash: readonly number[];
  readonly marker: Marker;
}

/** The colour that a run has wherever it stands alone. */
export function colorOfRun(runId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < runId.length; index++)
    hash = Math.imul(hash ^ runId.charCodeAt(index), 0x01000193) >>> 0;
  return ((hash ^ (hash >>> 15)) >>> 0) % runColors.length;
}

/**
 * The looks of runs that are shown together. Each gets its own colour; where two want the same, the older one keeps it and the
 * newer takes the next that is free. From the thirteenth run on colours come again, with another dash and marker.
 */
export function looksOfRuns(runIds: readonly string[]): ReadonlyMap<string, RunLook> {
  const looks = new Map<string, RunLook>();
  let free = new Set<number>();
  let round = -1;
  for (const id of [...new Set(runIds)].sort()) {
    if (free.size === 0) {
      free = new Set(runColors.keys());
      round++;
    }
    const color = nextFree(colorOfRun(id), free);
    free.delete(color);
    const kind = color + round;
    looks.set(id, {
      color,
      dash: dashes[kind % dashes.length] ?? [],
      marker: markers[(kind + Math.floor(color / markers.length)) % markers.length] ?? "circle",
    });
  }
  return looks;
}

function nextFree(wanted: number, free: ReadonlySet<number>): number {
  for (let step = 0; step < runColors.length; step++) {
    const color = (wanted + step) % runColors.length;
    if (free.has(color)) return color;
  }
  return wanted;
}
