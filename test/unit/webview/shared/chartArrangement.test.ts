import { expect, test } from "vitest";
import type { BandColumns, SeriesColumns } from "../../../../src/model/metric.ts";
import { freshLayout } from "../../../../src/protocol/chartLayout.ts";
import { ColumnReducer } from "../../../../src/store/columns.ts";
import { bandOf, bandText, meanSeries } from "../../../../webview/shared/chartBands.ts";
import { clippedPlaces, clippedRange } from "../../../../webview/shared/chartClip.ts";
import { actedLayout } from "../../../../webview/shared/chartMove.ts";
import { csvText } from "../../../../webview/shared/csv.ts";
import { smoothingOf } from "../../../../webview/shared/metricSource.ts";

function columnsOf(values: readonly number[]): SeriesColumns {
  const reducer = new ColumnReducer({ x0: 0, x1: values.length - 1, width: values.length });
  reducer.add(Float64Array.from(values.keys()), Float64Array.from(values));
  return reducer.columns({ runId: "r", attempt: 1, key: "loss" });
}

test("one spike does not decide the range, is counted and keeps its place", () => {
  const values = Array.from({ length: 200 }, (_, index) => 2 * Math.exp(-index / 40));
  values[120] = 500;
  const columns = columnsOf(values);
  const range = clippedRange([columns], false);
  expect(range?.max).toBeLessThan(5);
  expect(range && clippedPlaces(columns, range)).toEqual([{ x: 120, side: "above" }]);
});

test("the start of a training is no outlier, nor is anything of a series without one", () => {
  const columns = columnsOf(Array.from({ length: 300 }, (_, index) => 2.3 * Math.exp(-index / 60)));
  const range = clippedRange([columns], false);
  expect(range?.max).toBeCloseTo(2.3, 6);
  expect(range && clippedPlaces(columns, range)).toEqual([]);
});

test("only bad values have no range; on a logarithmic axis only what is above zero counts", () => {
  expect(clippedRange([columnsOf([Number.NaN, Number.POSITIVE_INFINITY])], false)).toBeNull();
  expect(clippedRange([columnsOf([-1, 0])], true)).toBeNull();
});

test("charts are pinned, moved, dropped and zoomed", () => {
  const group = ["a", "b", "c"];
  expect(actedLayout(freshLayout, { act: "right", metric: "a" }, group).order).toEqual(["b", "a", "c"]);
  expect(actedLayout(freshLayout, { act: "left", metric: "a" }, group).order).toEqual(group);
  expect(actedLayout(freshLayout, { act: "drop", metric: "c", before: "a" }, group).order).toEqual([
    "c",
    "a",
    "b",
  ]);
  expect(actedLayout(freshLayout, { act: "drop", metric: "x", before: "a" }, group).order).toEqual(group);
  const pinned = actedLayout(freshLayout, { act: "pin", metric: "b" }, group);
  expect(pinned.pinned).toEqual(["b"]);
  expect(actedLayout(pinned, { act: "pin", metric: "b" }, group).pinned).toEqual([]);
  const zoomed = actedLayout(freshLayout, { act: "zoom", metric: "a", zoom: { x0: 1, x1: 2 } }, group);
  expect(zoomed.zoom).toEqual({ a: { x0: 1, x1: 2 } });
  expect(actedLayout(zoomed, { act: "zoom", metric: "a", zoom: null }, group).zoom).toEqual({});
});

const band: BandColumns = {
  ...{ group: "lr 0.1", key: "loss", x: [0, 10], runs: [3, 1], mean: [2, 1], median: [2, 1] },
  ...{ min: [1, 1], max: [4, 1], deviation: [0.5, Number.NaN], error: [0.3, Number.NaN] },
  ...{ low: [1.2, Number.NaN], high: [2.8, Number.NaN] },
};

test("a band lies around the mean as it was chosen; one run has none", () => {
  const edges = (kind: "range" | "deviation" | "error" | "interval") => {
    const { low, high } = bandOf(band, kind);
    return [low[0], high[0]];
  };
  expect(edges("range")).toEqual([1, 4]);
  expect(edges("deviation")).toEqual([1.5, 2.5]);
  expect(edges("error")).toEqual([1.7, 2.3]);
  expect(edges("interval")).toEqual([1.2, 2.8]);
  expect(bandText(bandOf(band, "deviation"), 1)).toBe("1.5 … 2.5, n 3");
  expect(bandText(bandOf(band, "deviation"), 9)).toBe("n 1");
  const groups = [{ name: "lr 0.1", runIds: ["a", "b"] }];
  expect(meanSeries({ x0: 0, x1: 10, bands: [band] }, groups).series[0]).toMatchObject({
    runId: "lr 0.1",
    last: [2, 1],
  });
});

test("a smoothed mean is that of the runs' smoothed lines, each from its first to its last point, of its latest attempt", () => {
  const none = {
    count: 0,
    x: [],
    min: [],
    max: [],
    minX: [],
    maxX: [],
    first: [],
    last: [],
    nan: [],
    inf: [],
  };
  const line = (runId: string, attempt: number, x: number[], y: number[]) => ({
    ...{ ...none, runId, attempt, key: "loss", smooth: { x, y } },
  });
  const lines = [line("a", 1, [0, 10], [9, 9]), line("a", 2, [0, 9], [2, 4]), line("b", 1, [5, 12], [6, 8])];
  const groups = [{ name: "lr 0.1", runIds: ["a", "b"] }];
  const columns = { ...band, x: [0, 5, 10, 12] };
  const [mean] = meanSeries({ x0: 0, x1: 12, bands: [columns] }, groups, lines).series;
  expect(mean?.smooth).toEqual({ x: [0, 5, 10, 12], y: [2, 4, 6, 8] });
});

test("smoothing of each kind grows with its strength; none is none", () => {
  const settings = { axis: "step", logarithmic: false, clip: false, bands: "off" } as const;
  expect(smoothingOf({ ...settings, smoothing: 0, smoothingKind: "mean" })).toBeUndefined();
  expect(smoothingOf({ ...settings, smoothing: 0.9, smoothingKind: "ema" })).toEqual({
    kind: "ema",
    weight: 0.9,
  });
  expect(smoothingOf({ ...settings, smoothing: 0.9, smoothingKind: "mean" })).toEqual({
    kind: "mean",
    window: 20,
  });
  expect(smoothingOf({ ...settings, smoothing: 0.999, smoothingKind: "gaussian" })).toMatchObject({
    kind: "gaussian",
  });
});

test("CSV: quotes, line ends and formulas are text, NaN stays NaN", () => {
  expect(csvText([["a,b", 'c"d', "=1+1", Number.NaN, -1.5]])).toBe('"a,b","c""d",\'=1+1,NaN,-1.5\r\n');
});
