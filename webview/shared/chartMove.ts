/** Pinning, moving and zooming charts: a layout and what was done → the next layout. Pure. */

import type { ChartLayout, ZoomRange } from "../../src/protocol/chartLayout.ts";

/** What a person does with a chart; it travels as the detail of the event `chart-act`. */
export type ChartAct =
  | { readonly act: "pin" | "full" | "left" | "right"; readonly metric: string }
  | { readonly act: "drop"; readonly metric: string; readonly before: string }
  | { readonly act: "zoom"; readonly metric: string; readonly zoom: ZoomRange | null };

/** The layout after the act. `shown` are the metrics of the chart's group as they stand. */
export function actedLayout(layout: ChartLayout, act: ChartAct, shown: readonly string[]): ChartLayout {
  const { metric } = act;
  switch (act.act) {
    case "pin":
      return { ...layout, pinned: toggled(layout.pinned, metric) };
    case "full":
      return { ...layout, full: layout.full === metric ? null : metric };
    case "left":
      return reordered(layout, moved(shown, metric, shown.indexOf(metric) - 1));
    case "right":
      return reordered(layout, moved(shown, metric, shown.indexOf(metric) + 1));
    case "drop":
      return shown.includes(act.before)
        ? reordered(layout, moved(shown, metric, shown.indexOf(act.before)))
        : layout;
    case "zoom": {
      const { [metric]: _before, ...others } = layout.zoom;
      return { ...layout, zoom: act.zoom === null ? others : { ...others, [metric]: act.zoom } };
    }
  }
}

/** The list with the entry put in if it was out, and taken out if it was in. */
export function toggled<T>(list: readonly T[], entry: T): readonly T[] {
  return list.includes(entry) ? list.filter((each) => each !== entry) : [...list, entry];
}

/** Pinned charts are ordered by their own list, all others by the common one. */
function reordered(layout: ChartLayout, group: readonly string[]): ChartLayout {
  if (group.every((metric) => layout.pinned.includes(metric))) return { ...layout, pinned: group };
  return { ...layout, order: [...layout.order.filter((metric) => !group.includes(metric)), ...group] };
}

function moved(list: readonly string[], entry: string, to: number): readonly string[] {
  const others = list.filter((each) => each !== entry);
  if (others.length === list.length) return list;
  const place = Math.min(others.length, Math.max(0, to));
  return [...others.slice(0, place), entry, ...others.slice(place)];
}
