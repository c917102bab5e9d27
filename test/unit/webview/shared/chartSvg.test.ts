import { expect, test } from "vitest";
import type { Drawing } from "../../../../webview/shared/chartPicture.ts";
import { chartSvg } from "../../../../webview/shared/chartSvg.ts";
import { metricUnit } from "../../../../webview/shared/metricUnit.ts";

// The frame is as many pixels wide and high as the axes are long, so that places can be read.
const size = { width: 172, height: 126 };
const left = 60;
const [top, bottom] = [34, 134];

const drawing: Drawing = {
  bands: [],
  axis: "step",
  ...{ x: { min: 0, max: 100 }, y: { min: 0, max: 100 } },
  logarithmic: false,
  unit: metricUnit("loss"),
  clipped: 1,
  lines: [
    {
      ...{ of: "r", color: "#123456", width: 1.5, dash: [], marker: null },
      points: [
        { x: 0, y: 50 },
        { x: 20, y: Number.NaN },
        { x: 60, y: 50 },
        { x: 100, y: 0 },
      ],
      gaps: [
        { from: 20, to: 50 },
        { from: 200, to: 300 },
      ],
      bad: [
        { x: 70, kind: "nan" },
        { x: 74, kind: "nan" },
        { x: 80, kind: "inf" },
        { x: 90, kind: "above" },
      ],
    },
  ],
};

const paths = (svg: string) => [...svg.matchAll(/<path d="([^"]+)"[^>]*#123456/g)].map(([, path]) => path);

test("a saved picture says where points are missing, and what the line can't show, as the screen does", () => {
  const theme = { background: "#000", foreground: "#fff", quiet: "#aaa", grid: "#333" };
  const svg = chartSvg({
    title: "loss",
    drawing,
    legend: [{ name: "heron", color: "#123456" }],
    ...size,
    theme,
  });
  expect(paths(svg)).toEqual([
    `M${left} 84M${left + 60} 84L${left + 100} ${bottom}`,
    `M${left + 20} ${bottom - 8}v5H${left + 50}v-5`,
    `M${left + 67} ${bottom - 9}l6 6m0 -6l-6 6`,
    `M${left + 80} ${top + 1.8}l3.85 7.7h-7.7z`,
    `M${left + 86} ${top + 6}L${left + 90} ${top + 1}L${left + 94} ${top + 6}`,
  ]);
});
