/** Which parameters a metric depends on, as a forest over the compared runs tells it. */

import { html, nothing } from "lit";
import { formatWhole } from "../../src/model/format.ts";
import { fewestRuns, type Importance, type ParameterImportance } from "../../src/model/importance.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { PageElement } from "../shared/element.ts";
import { Query } from "../shared/query.ts";
import { emptyState, queryState } from "../shared/states.ts";
import { columnChoice } from "./columnChoice.ts";
import type { CompareHost } from "./compareHost.ts";
import type { CompareTable } from "./compareTable.ts";

const mostShown = 40;

export class ImportanceTab extends PageElement {
  static override properties = {
    table: { attribute: false },
    state: { attribute: false },
    host: { attribute: false },
  };

  declare table: CompareTable;
  declare state: ComparePageState;
  declare host: CompareHost;
  declare save: (change: Partial<ComparePageState>) => void;
  declare addRuns: () => void;
  private readonly answer = new Query<Importance>(
    this,
    (signal) =>
      this.host.call(
        "compare/importance",
        { runIds: this.runIds(), metric: this.metric() ?? "" },
        { signal },
      ),
    "later",
  );
  private asked: readonly unknown[] = [];

  protected override updated(): void {
    const wanted = [this.metric(), this.table.order, this.table.runs];
    if (this.metric() === null || wanted.every((part, index) => part === this.asked[index])) return;
    const first = this.asked.length === 0 || wanted[0] !== this.asked[0];
    this.asked = wanted;
    if (first) this.answer.restart();
    else this.answer.refresh();
  }

  private runIds(): readonly string[] {
    return this.table.order.flatMap((index) => this.table.runs[index]?.id ?? []);
  }

  private metric(): string | null {
    return targetMetric(this.table, this.state);
  }

  protected override render(): unknown {
    const metric = this.metric();
    if (metric === null) return emptyState("These runs have no metrics.");
    const metrics = this.table.all.filter((column) => column.group === "metric");
    return html`<div class="controls" role="group" aria-label="Importance">
        ${columnChoice({ label: "What decides", columns: metrics, chosen: `metric:${metric}`, onChoose: (id) => this.save({ target: id?.replace(/^metric:/, "") ?? null }) })}
      </div>
      ${queryState({
        query: this.answer,
        rows: 6,
        show: (importance) => this.answered(importance),
        showLog: () => void this.host.act("page/showLog", {}),
      })}`;
  }

  private answered({ metric, runs, explained, parameters }: Importance): unknown {
    const count = runs === 1 ? "1 run" : `${formatWhole(runs)} runs`;
    if (runs < fewestRuns)
      return emptyState(
        `Only ${count} with a value of ${metric}. At least ${fewestRuns} are needed to tell which parameters matter.`,
        { label: "Add runs", run: () => this.addRuns() },
      );
    if (parameters.length === 0) return emptyState("No parameter differs between these runs.");
    const doubt =
      explained < 0.3
        ? "The parameters foretell little of it: take the order below with care."
        : runs < 30
          ? "With so few runs the order may change when more are added."
          : "";
    return html`<p class="note">Rests on <b>${count}</b>. A random forest over their parameters foretells <b>${Math.round(explained * 100)} %</b> of the spread of ${metric} in runs that it has not seen. <span class="quiet">${doubt}</span></p>
      <table class="facts importance"><thead><tr><th scope="col">Parameter</th><th scope="col">Importance</th><th scope="col" class="number"></th>
        <th scope="col" title="Rank correlation with the metric: +1 rises with it, −1 falls">Correlation</th><th scope="col" class="number">Values</th></tr></thead>
      <tbody>${parameters.slice(0, mostShown).map(row)}</tbody></table>
      ${parameters.length > mostShown ? html`<p class="quiet">and ${parameters.length - mostShown} less important ones</p>` : nothing}`;
  }
}

function row({ key, importance, correlation, values }: ParameterImportance): unknown {
  const side = (correlation ?? 0) < 0 ? "falls" : "rises";
  return html`<tr><th scope="row" class="clip" title=${key}>${key}</th>
    <td class="importance-room"><span class="bar-room"><span class="bar" .style=${`left:0;width:${importance * 100}%`}></span></span></td>
    <td class="number">${importance < 0.001 ? "0" : importance.toFixed(3)}</td>
    <td class="importance-room">${
      correlation === null
        ? html`<span class="quiet">not a number</span>`
        : html`<span class="number correlation ${side}" title=${`the metric ${side} with it`}>${correlation < 0 ? "−" : "+"}${Math.abs(correlation).toFixed(2)}</span>`
    }</td><td class="number">${values}</td></tr>`;
}

/** The metric that a person has chosen, else the key metric, else the first. */
export function targetMetric(table: CompareTable, state: ComparePageState): string | null {
  const metrics = table.all.filter((column) => column.group === "metric").map((column) => column.title);
  const wanted = state.target ?? table.keyMetric ?? "";
  return metrics.includes(wanted) ? wanted : (metrics[0] ?? null);
}

customElements.define("rl-importance-tab", ImportanceTab);
