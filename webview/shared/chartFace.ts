/** What stands around the lines of a chart: its head with badges and menu, what covers an empty plot, and the table twin. */

import { html, nothing } from "lit";
import { formatWhole } from "../../src/model/format.ts";
import type { SeriesColumns } from "../../src/model/metric.ts";
import { axisKind } from "./axis.ts";
import { badTexts, chartSummary, hiddenText, type NamedSeries, tableRows } from "./chartText.ts";
import { icon, iconButton } from "./icon.ts";
import type { MenuItem } from "./menu.ts";
import type { ChartSettings } from "./metricSource.ts";
import { metricUnit } from "./metricUnit.ts";
import type { Query } from "./query.ts";
import "./menu.ts";

const tableLimit = 60;
const mostNamed = 20;

export interface ChartHead {
  readonly metric: string;
  readonly label: string;
  readonly series: readonly SeriesColumns[];
  readonly settings: ChartSettings;
  /** Names of the runs of which nothing that was stored can be read. */
  readonly unreadable: readonly string[];
  /** How many points of the others can't be read. */
  readonly missing: number;
  /** e.g. "12 clipped"; null for none. */
  readonly clipped: string | null;
  readonly zoomed: boolean;
  readonly asTable: boolean;
  readonly pinned: boolean;
  readonly full: boolean;
  readonly menu: readonly MenuItem[];
  readonly onDragStart: (event: DragEvent) => void;
  readonly showAll: () => void;
  readonly resetZoom: () => void;
  readonly toggleTable: () => void;
  readonly act: (act: "pin" | "full") => void;
}

export function chartHead(head: ChartHead): unknown {
  const { metric, label, asTable, pinned, full, act } = head;
  return html`<header class="chart-head" draggable="true" @dragstart=${head.onDragStart}>
    <h4 title=${metric}>${label}</h4>
    <span class="readout" aria-live="off"></span>
    ${badges(head)}
    <span class="grow"></span>
    <span class="chart-buttons">
      ${head.zoomed ? iconButton("zoom-out", "Reset zoom (double click)", head.resetZoom) : nothing}
      ${iconButton("table", "Show as table", head.toggleTable, asTable)}
      ${iconButton(pinned ? "pinned" : "pin", pinned ? "Unpin" : "Pin to the top", () => act("pin"), pinned)}
      ${iconButton(full ? "screen-normal" : "screen-full", full ? "Normal size" : "Full size", () => act("full"))}
      <rl-menu .label=${`More for ${metric}`} .items=${head.menu}></rl-menu>
    </span>
  </header>`;
}

function badges({ series, settings, clipped, unreadable, missing, showAll }: ChartHead): unknown {
  const texts = [...badTexts(series), settings.logarithmic ? hiddenText(series) : null];
  return html`${texts.map((text) => (text === null ? nothing : html`<span class="badge warn" title=${badgeHelp}>${text}</span>`))}
    ${unreadable.length === 0 ? nothing : html`<span class="badge warn" title=${`${unreadableHelp}\n${unreadable.slice(0, mostNamed).join("\n")}`}>${formatWhole(unreadable.length)} can't be read</span>`}
    ${missing === 0 ? nothing : html`<span class="badge warn" title=${missingHelp}>${formatWhole(missing)} missing</span>`}
    ${clipped === null ? nothing : html`<button class="badge warn" title=${clipHelp} @click=${showAll}>${clipped}</button>`}`;
}

/** Over a plot that has nothing to show: what is waited for, what went wrong, or that there is nothing. */
export function plotCover<T>(query: Query<T>, empty: string | null): unknown {
  const { failure, value, waiting } = query;
  if (failure !== undefined)
    return html`<div class="plot-cover" role="alert">
      <span title=${failure.message}>${icon("warning")} ${failure.audience === "user" ? failure.message : "Something went wrong in Runline."}</span>
      <button class="link" @click=${() => query.restart()}>Try again</button>
    </div>`;
  if (value === undefined)
    return waiting === "placeholder" || waiting === "long"
      ? html`<div class="plot-cover placeholder-plot" role="status">${waiting === "long" ? "Still reading …" : ""}</div>`
      : nothing;
  return empty === null ? nothing : html`<div class="plot-cover quiet">${empty}</div>`;
}

/** The chart as a table, for those who can't see it and for exact values. */
export function tableTwin(metric: string, named: readonly NamedSeries[], settings: ChartSettings): unknown {
  const { text } = metricUnit(metric);
  const rows = tableRows(named, axisKind(settings.axis), tableLimit, text);
  return html`<div class="chart-table" tabindex="0">
    <table>
      <caption class="only-read">${chartSummary(metric, named, text)}</caption>
      <thead><tr><th scope="col">run</th><th scope="col">at</th><th scope="col" class="number">value</th><th scope="col"></th></tr></thead>
      <tbody>${rows.map(
        (row) =>
          html`<tr><th scope="row" title=${row.name}>${row.name}</th><td>${row.place}</td><td class="number">${row.value}</td><td class="quiet">${row.note}</td></tr>`,
      )}</tbody>
    </table>
  </div>`;
}

const clipHelp =
  "Outliers beyond the shown range. They are marked at the edge of the chart and stay in the table. A smoothed line passes over them. Click to show them.";
const missingHelp =
  "Stored points that can't be read. A bracket at the bottom of the chart shows where; the findings of the run say what to do.";
const unreadableHelp =
  "The stored points of these runs are damaged. The findings of each run say which, and what to do:";
const badgeHelp =
  "Values that are not numbers. They are marked in the chart: a cross at the bottom for NaN, a triangle at the top for infinity.";
