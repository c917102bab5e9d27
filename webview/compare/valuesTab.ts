/** Last values of one metric: a bar a run, or by group a box with a dot a run. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { formatValue } from "../../src/model/format.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { paddedRange, valueTicks } from "../shared/axis.ts";
import { PageElement } from "../shared/element.ts";
import type { Hover } from "../shared/hover.ts";
import { emptyState } from "../shared/states.ts";
import { columnChoice } from "./columnChoice.ts";
import type { CompareTable } from "./compareTable.ts";
import { finalBars } from "./finalBars.ts";
import type { GridColumn } from "./gridColumns.ts";
import { spreadOf, spreadText } from "./groupCell.ts";
import { targetMetric } from "./importanceTab.ts";
import { quartiles } from "./quartiles.ts";
import { byCell, groupName } from "./tableRows.ts";

const mostRuns = 500;

interface Group {
  readonly name: string;
  /** Indexes of the runs with a finite value. */
  readonly members: readonly number[];
  readonly values: readonly number[];
}

export class ValuesTab extends PageElement {
  static override properties = {
    table: { attribute: false },
    state: { attribute: false },
    hover: { attribute: false },
  };

  declare table: CompareTable;
  declare state: ComparePageState;
  declare hover: Hover;
  declare save: (change: Partial<ComparePageState>) => void;
  declare open: (runId: string) => void;
  private unsubscribe: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = this.hover.subscribeToFront(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  protected override render(): unknown {
    const metric = targetMetric(this.table, this.state);
    const column = this.table.all.find((each) => each.id === `metric:${metric}`);
    if (metric === null || column === undefined) return emptyState("These runs have no metrics.");
    const metrics = this.table.all.filter((each) => each.group === "metric");
    this.table.need([column.id]);
    const grouped = this.state.groupBy.length > 0;
    return html`<div class="controls" role="group" aria-label="Final values">
        ${columnChoice({ label: "Metric", columns: metrics, chosen: column.id, onChoose: (id) => this.save({ target: id?.replace(/^metric:/, "") ?? null }) })}
        ${grouped ? nothing : html`<span class="quiet">Group the table by a parameter to see a box for each of its values.</span>`}
      </div>
      ${grouped ? this.boxes(column) : this.bars(metric)}`;
  }

  private bars(metric: string): unknown {
    return html`<div class="wide-finals">${finalBars({ table: this.table, shown: this.table.order, metrics: [metric], hover: this.hover, most: mostRuns })}</div>`;
  }

  private boxes(column: GridColumn): unknown {
    const groups = this.groups(column);
    const all = groups.flatMap((group) => group.values);
    if (all.length === 0) return emptyState(`No run has a value of ${column.title}.`);
    const range = paddedRange(
      { min: all.reduce((a, b) => Math.min(a, b)), max: all.reduce((a, b) => Math.max(a, b)) },
      false,
    );
    const share = (value: number) => (100 * (value - range.min)) / (range.max - range.min);
    const ticks = valueTicks(range, false, 6);
    return html`<div class="boxes" role="table" aria-label=${`${column.title} by group`}>
      ${repeat(
        groups,
        (group) => group.name,
        (group) => this.box(group, share, ticks),
      )}
      <div class="box-row" aria-hidden="true"><span></span><span class="box-room ticks">${ticks.map((tick) => html`<span .style=${`left:${share(tick)}%`}>${formatValue(tick)}</span>`)}</span><span></span></div>
    </div>`;
  }

  private box(group: Group, share: (value: number) => number, ticks: readonly number[]): unknown {
    const spread = spreadOf(group.values);
    const box = quartiles(group.values);
    if (spread === null || box === null) return nothing;
    const said = `${spreadText(spread)}, n ${spread.count}`;
    const wide = (from: number, to: number) => `left:${share(from)}%;width:${share(to) - share(from)}%`;
    const dot = (index: number, value: number) => {
      const run = this.table.runs[index];
      const look = run && this.table.looks.get(run.id);
      return run === undefined || look === undefined
        ? nothing
        : html`<button class=${`box-dot run-${look.color + 1} ${this.hover.frontRun === run.id ? "front" : ""}`} tabindex="-1" .style=${`left:${share(value)}%`}
            title=${`${run.name}: ${value}`} aria-label=${`${run.name}: ${formatValue(value)}`}
            @mouseenter=${() => this.hover.bringForward(run.id)} @mouseleave=${() => this.hover.bringForward(null)} @click=${() => this.open(run.id)}></button>`;
    };
    return html`<div class="box-row" role="row" title=${`lowest ${box.min}, lower quartile ${box.low}, median ${box.median}, upper quartile ${box.high}, highest ${box.max}`}>
      <span class="clip" role="rowheader">${group.name}</span>
      <span class="box-room" role="cell" aria-label=${said}>
        ${ticks.map((tick) => html`<span class="box-tick" .style=${`left:${share(tick)}%`}></span>`)}
        <span class="box-whisker" .style=${wide(box.min, box.max)}></span><span class="box" .style=${wide(box.low, box.high)}></span><span class="box-median" .style=${`left:${share(box.median)}%`}></span>
        ${group.values.map((value, at) => dot(group.members[at] ?? -1, value))}
      </span>
      <span class="number">${said}</span>
    </div>`;
  }

  /** By the values of all grouping columns together, in the order of their values. */
  private groups(column: GridColumn): readonly Group[] {
    const by = this.state.groupBy.flatMap((id) => this.table.all.find((each) => each.id === id) ?? []);
    const groups = new Map<string, { members: number[]; values: number[] }>();
    for (const index of this.table.order) {
      const value = column.cells.number(index);
      if (!Number.isFinite(value)) continue;
      const name = groupName(by, index);
      const group = groups.get(name) ?? { members: [], values: [] };
      group.members.push(index);
      group.values.push(value);
      groups.set(name, group);
    }
    const compare = (a: Group, b: Group) => {
      for (const { cells } of by) {
        const order = byCell(cells.at(a.members[0] ?? -1), cells.at(b.members[0] ?? -1));
        if (order !== 0) return order;
      }
      return 0;
    };
    return [...groups].map(([name, group]) => ({ name, ...group })).sort(compare);
  }
}

customElements.define("rl-values-tab", ValuesTab);
