import fc from "fast-check";
import { expect, test } from "vitest";
import type { ComparePageState } from "../../../../src/protocol/comparePage.ts";
import { freshState } from "../../../../webview/compare/freshState.ts";
import { viewOf, viewText } from "../../../../webview/compare/linkedView.ts";

const seen: ComparePageState = {
  ...freshState,
  runIds: ["0".repeat(32)],
  filter: 'metrics.`ä "b"` > 0.1 and name like "%→%"',
  sort: [{ column: "metric:val/acc", descending: true }],
  groupBy: ["parameter:lr"],
  axis: { metric: "tokens" },
  tab: "scatter",
  brushes: { "parameter:lr": [0.2, 0.7] },
  layout: { ...freshState.layout, zoom: { loss: { x0: -1, x1: 20 } } },
};

const linked = (value: unknown) => viewOf(btoa(JSON.stringify(value)).replaceAll("=", ""));

test("what a person has arranged comes back from a link, the runs aside", () => {
  const { runIds: _runs, ...view } = seen;
  expect({ ...freshState, ...viewOf(viewText(seen)) }).toEqual({ ...freshState, ...view, runIds: [] });
  expect(viewOf(viewText(freshState))).toEqual({});
});

test("odd parts of a stranger's link are dropped, the others kept", () => {
  expect(linked({ tab: "scatter", sort: "all", split: 7, axis: { metric: 3 }, runIds: ["x"] })).toEqual({
    tab: "scatter",
  });
  expect(linked({ layout: { size: "huge" }, clip: true })).toEqual({ clip: true });
  expect(linked({ scatter: { x: null, y: null, color: null, logX: 1, logY: false } })).toEqual({});
  expect(linked({ __proto__: { tab: "scatter" }, constructor: 1 })).toEqual({});
});

test.each(["", "%%%", "bm90IGpzb24", btoa("[1]"), "A".repeat(40_000)])("%.20s… is no view", (text) => {
  expect(viewOf(text)).toEqual({});
});

test("no text makes it fail", () => {
  fc.assert(
    fc.property(fc.string(), fc.json(), (text, json) => {
      viewOf(text);
      viewOf(btoa(encodeURIComponent(json)));
    }),
  );
});
