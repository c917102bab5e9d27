/** A chart as a vector picture: the same lines, ticks and marks as on the screen. Pure. */

import { stepOf, valueTicks, xTicks, xTickText } from "./axis.ts";
import { spacedMarks } from "./chartLine.ts";
import type { Drawing, DrawnLine } from "./chartPicture.ts";

export interface SvgInput {
  readonly title: string;
  readonly drawing: Drawing;
  readonly legend: readonly { readonly name: string; readonly color: string }[];
  readonly width: number;
  readonly height: number;
  readonly theme: {
    readonly background: string;
    readonly foreground: string;
    readonly quiet: string;
    readonly grid: string;
  };
}

const margin = { left: 60, right: 12, top: 34, bottom: 26 };
const legendRow = 18;
const rounded = (pixel: number) => Number(pixel.toFixed(2));
const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export function chartSvg({ title, drawing, legend, width, height, theme }: SvgInput): string {
  const { x, y, axis, logarithmic, unit } = drawing;
  const right = width - margin.right;
  const bottom = margin.top + height - margin.bottom;
  const total = margin.top + height + legend.length * legendRow + 8;
  const value = (at: number) => (logarithmic ? Math.log10(at) : at);
  const toX = (at: number) =>
    rounded(margin.left + ((at - x.min) / (x.max - x.min || 1)) * (right - margin.left));
  const toY = (at: number) =>
    rounded(
      bottom - ((value(at) - value(y.min)) / (value(y.max) - value(y.min) || 1)) * (bottom - margin.top),
    );
  const text = (at: number, place: number, anchor: string, content: string, fill = theme.quiet) =>
    `<text x="${at}" y="${place}" text-anchor="${anchor}" fill="${fill}">${escaped(content)}</text>`;
  const vertical = xTicks(x.min, x.max, axis, Math.max(2, Math.floor(width / 90))).map((tick) => {
    const at = toX(tick);
    return `<path d="M${at} ${margin.top}V${bottom}" stroke="${theme.grid}"/>${text(at, bottom + 16, "middle", xTickText(tick, axis, x.max - x.min))}`;
  });
  const ticks = valueTicks(y, logarithmic, Math.max(2, Math.floor(height / 40)), unit.tickBase(y.max));
  const step = logarithmic ? Number.NaN : stepOf(ticks);
  const horizontal = ticks.map((tick) => {
    const at = toY(tick);
    return `<path d="M${margin.left} ${at}H${right}" stroke="${theme.grid}"/>${text(margin.left - 6, at + 4, "end", unit.tick(tick, step))}`;
  });
  const bands = drawing.bands.map(({ x: places, low, high, color }) => {
    const known = [...places.keys()].filter((at) =>
      Number.isFinite((low[at] ?? Number.NaN) + (high[at] ?? Number.NaN)),
    );
    const edge = (values: readonly number[], order: readonly number[]) =>
      order.map((at) => `${toX(places[at] ?? 0)} ${toY(values[at] ?? 0)}`).join("L");
    return known.length === 0
      ? ""
      : `<path d="M${edge(high, known)}L${edge(low, known.toReversed())}Z" fill="${color}"/>`;
  });
  const lines = drawing.lines.map(
    (line) =>
      `<path d="${pathOf(line, toX, toY)}" fill="none" stroke="${line.color}" stroke-width="${line.width}" stroke-linejoin="round"${line.dash.length > 0 ? ` stroke-dasharray="${line.dash.join(" ")}"` : ""}/>`,
  );
  const marks = drawing.lines.flatMap(({ color, gaps, bad }) => {
    const stroked = (path: string) => `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
    return [
      ...gaps.flatMap(({ from, to }) => {
        const begin = Math.max(margin.left, toX(from));
        const end = Math.min(right, Math.max(toX(to), toX(from) + 4));
        return end < begin ? [] : [stroked(`M${begin} ${bottom - 8}v5H${end}v-5`)];
      }),
      ...spacedMarks(bad, toX).map(({ kind, at }) => {
        if (kind === "nan") return stroked(`M${at - 3} ${bottom - 9}l6 6m0 -6l-6 6`);
        if (kind === "inf") return `<path d="M${at} ${margin.top + 1.8}l3.85 7.7h-7.7z" fill="${color}"/>`;
        const [edge, inward] = kind === "above" ? [margin.top + 1, 5] : [bottom - 1, -5];
        return stroked(`M${at - 4} ${edge + inward}L${at} ${edge}L${at + 4} ${edge + inward}`);
      }),
    ];
  });
  const names = legend.map(({ name, color }, index) => {
    const at = margin.top + height + (index + 0.5) * legendRow;
    return `<rect x="12" y="${at - 2}" width="16" height="3" fill="${color}"/>${text(36, at + 4, "start", name, theme.foreground)}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${total}" fill="${theme.background}"/>`,
    `<text x="12" y="20" font-size="13" font-weight="600" fill="${theme.foreground}">${escaped(title)}</text>`,
    `<clipPath id="frame"><rect x="${margin.left}" y="${margin.top}" width="${right - margin.left}" height="${bottom - margin.top}"/></clipPath>`,
    ...vertical,
    ...horizontal,
    `<g clip-path="url(#frame)">`,
    ...bands,
    ...lines,
    ...marks,
    "</g>",
    ...names,
    "</svg>",
  ].join("\n");
}

function pathOf(line: DrawnLine, toX: (x: number) => number, toY: (y: number) => number): string {
  let drawing = false;
  return line.points
    .map((point) => {
      const known = Number.isFinite(point.y);
      const step = known ? `${drawing ? "L" : "M"}${toX(point.x)} ${toY(point.y)}` : "";
      drawing = known;
      return step;
    })
    .join("");
}
