/** How a person has arranged the charts of a page. Part of the pages' saved states. */

/** A part of an x axis, in its units. */
export interface ZoomRange {
  readonly x0: number;
  readonly x1: number;
}

export interface ChartLayout {
  readonly size: "small" | "medium" | "large";
  /** Metrics whose charts stand before all others. */
  readonly pinned: readonly string[];
  /** Metrics in an order of the person's own, within their groups. */
  readonly order: readonly string[];
  /** The one chart that has the whole room, if any. */
  readonly full: string | null;
  /** Zoomed ranges of the x axis by metric. */
  readonly zoom: Readonly<Record<string, ZoomRange>>;
}

export const freshLayout: ChartLayout = { size: "medium", pinned: [], order: [], full: null, zoom: {} };
