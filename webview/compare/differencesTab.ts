/** What differs between the runs beyond their numbers: parameters, data, packages, and the code by way of the editor's own diff. */

import { html, nothing } from "lit";
import { codeName } from "../../src/model/compareTable.ts";
import { formatWhole } from "../../src/model/format.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { PageElement } from "../shared/element.ts";
import { icon, iconButton } from "../shared/icon.ts";
import { Query } from "../shared/query.ts";
import { emptyState } from "../shared/states.ts";
import { swatch } from "../shared/swatch.ts";
import type { GridCell } from "./columnCells.ts";
import type { ComparedRuns, CompareRun } from "./comparedRuns.ts";
import type { CompareHost } from "./compareHost.ts";
import type { CompareTable } from "./compareTable.ts";
import { type EnvironmentOfRun, environmentRows } from "./environmentRows.ts";
import type { GridColumn } from "./gridColumns.ts";
import "./logPairView.ts";

// Beside each other on a screen; the table above has them all.
const mostRuns = 12;

/** Whether the table holds which files the runs have read. */
export type DataKnown = "known" | "reading" | "tooMany";

interface Line {
  readonly title: string;
  /** One per shown run. */
  readonly texts: readonly (string | null)[];
}

export class DifferencesTab extends PageElement {
  static override properties = {
    table: { attribute: false },
    baseline: { attribute: false },
    host: { attribute: false },
    state: { attribute: false },
    data: { attribute: false },
    details: { attribute: false },
    version: { attribute: false },
  };

  declare table: CompareTable;
  declare baseline: string | null;
  declare host: CompareHost;
  declare data: DataKnown;
  /** What is known of each run; it grows, and `version` with it. */
  declare details: ComparedRuns["details"];
  declare version: number;
  declare needDetails: (runIds: readonly string[]) => void;
  declare state: ComparePageState;
  declare save: (change: Partial<ComparePageState>) => void;
  declare addRuns: () => void;
  private readonly environments = new Query<ReadonlyMap<string, EnvironmentOfRun>>(
    this,
    (signal) => this.readEnvironments(signal),
    "later",
  );
  private asked = "";

  protected override updated(): void {
    const { all, need } = this.table;
    need(
      all
        .filter(({ group, differs }) => differs && (group === "parameter" || group === "tag"))
        .map(({ id }) => id),
    );
    this.needDetails(this.shown().map(({ id }) => id));
    const wanted = this.shown()
      .map((run) => run.id)
      .join(" ");
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.environments.restart();
  }

  /** The baseline (or else the first run) on every page, then some of the others in the order of the table. */
  private shown(): readonly CompareRun[] {
    const { first, others } = this.runs();
    const from = this.page() * (mostRuns - 1);
    return [...first, ...others.slice(from, from + mostRuns - 1)];
  }

  private runs() {
    const runs = this.table.order.flatMap((index) => this.table.runs[index] ?? []);
    const first = runs.find((run) => run.id === this.baseline) ?? runs[0];
    return { first: first === undefined ? [] : [first], others: runs.filter((run) => run !== first) };
  }

  private pages(): number {
    return Math.max(1, Math.ceil((this.table.order.length - 1) / (mostRuns - 1)));
  }

  /** The last one where runs have gone since. */
  private page(): number {
    return Math.min(this.state.differences.page, this.pages() - 1);
  }

  private choose(change: Partial<ComparePageState["differences"]>): void {
    this.save({ differences: { ...this.state.differences, ...change } });
  }

  /** With more runs than stand beside each other: which of them, and the way to the others. */
  private pager(shown: readonly CompareRun[]): unknown {
    const pages = this.pages();
    if (pages < 2) return nothing;
    const page = this.page();
    const from = page * (mostRuns - 1) + 1;
    const go = (to: number) => this.choose({ page: (to + pages) % pages });
    return html`<div class="controls" role="group" aria-label="Runs beside each other">
      <span>${shown[0]?.name ?? ""} beside runs ${formatWhole(from)} to ${formatWhole(from + shown.length - 2)} of ${formatWhole(this.table.order.length - 1)} others, in the order of the table</span>
      ${iconButton("chevron-left", "Runs before these", () => go(page - 1))}
      ${iconButton("chevron-right", "Runs after these", () => go(page + 1))}
    </div>`;
  }

  private async readEnvironments(signal: AbortSignal) {
    const runIds = this.shown().map(({ id }) => id);
    const reply = await this.host.call("compare/environments", { runIds }, { signal });
    if (!reply.ok) return reply;
    const found = reply.value.map((each, at): [string, EnvironmentOfRun] => [runIds[at] ?? "", each]);
    return { ok: true as const, value: new Map(found) };
  }

  protected override render(): unknown {
    const shown = this.shown();
    if (shown.length < 2)
      return emptyState("Differences need two runs or more.", {
        label: "Add runs",
        run: () => this.addRuns(),
      });
    const parameters = this.lines(shown, (column) => column.group === "parameter");
    const facts = this.lines(
      shown,
      (column) =>
        column.group === "data" ||
        (column.group === "fact" && !["fact:duration", "fact:code", "fact:state"].includes(column.id)) ||
        column.group === "tag",
    );
    return html`${this.pager(shown)}
      <div class="differences"><table class="facts">
        <thead><tr><th scope="col"></th>${shown.map((run) => this.head(run))}</tr></thead>
        ${this.section("Parameters", parameters, "All parameters are the same.")}
        ${this.code(shown)}
        ${this.section("Data, host and tags", facts, sameData[this.data])}
        ${this.environment(shown)}
      </table></div>
      ${this.output(shown)}`;
  }

  /** Two of the shown runs; a person may choose which. */
  private output(shown: readonly CompareRun[]): unknown {
    const { left, right } = this.state.differences;
    const one = shown.find((run) => run.id === left) ?? shown[0];
    const other = shown.find((run) => run.id === right && run !== one) ?? shown.find((run) => run !== one);
    if (one === undefined || other === undefined) return nothing;
    const choice = (side: "left" | "right", chosen: CompareRun) =>
      html`<select aria-label=${`Output on the ${side}`} .value=${chosen.id} @change=${(event: Event) => this.choose({ [side]: (event.target as HTMLSelectElement).value })}>
        ${shown.filter((run) => run === chosen || (run !== one && run !== other)).map((run) => html`<option value=${run.id} ?selected=${run === chosen}>${run.name}</option>`)}</select>`;
    return html`<section class="log-section" aria-label="Output"><h3 class="log-title">Output</h3>
      <div class="log-pair-heads">${choice("left", one)}${choice("right", other)}</div>
      <rl-log-pair .host=${this.host} .left=${one.id} .right=${other.id}></rl-log-pair></section>`;
  }

  private head(run: CompareRun): unknown {
    const look = this.table.looks.get(run.id);
    return html`<th scope="col" title=${run.name}><span class="difference-run">${look === undefined ? nothing : swatch(look)}<span class="clip">${run.name}</span></span>
      ${run.id === this.baseline ? html`<span class="quiet">baseline</span>` : nothing}</th>`;
  }

  private lines(shown: readonly CompareRun[], wanted: (column: GridColumn) => boolean): readonly Line[] {
    const indexes = shown.map(({ id }) => this.table.places.get(id) ?? -1);
    return this.table.all
      .filter((column) => wanted(column) && column.differs)
      .map((column) => ({
        title: column.title,
        texts: distinct(indexes.map((index) => column.cells.at(index))),
      }))
      .filter(({ texts }) => new Set(texts).size > 1);
  }

  private leftChoice(shown: readonly CompareRun[], base: CompareRun | undefined): unknown {
    const choose = (event: Event) => this.choose({ code: (event.target as HTMLSelectElement).value });
    return html`<select aria-label="Code against" @change=${choose}>${shown.map(
      (run) => html`<option value=${run.id} .selected=${run === base}>${run.name}</option>`,
    )}</select>`;
  }

  private section(title: string, lines: readonly Line[], none: unknown): unknown {
    return html`<tbody><tr class="section"><th scope="rowgroup" colspan="99">${title}${lines.length === 0 ? html` <span class="quiet">${none}</span>` : html`<span class="count">${lines.length}</span>`}</th></tr>
      ${nested(lines).map(
        ({
          line,
          depth,
          label,
        }) => html`<tr><th scope="row" class="clip" title=${line?.title ?? label} .style=${`padding-left:${12 + depth * 12}px`}>${label}</th>
          ${line?.texts.map((text, at) => html`<td class=${`mono clip ${at > 0 && text !== line.texts[0] ? "differs" : ""} ${text === null ? "quiet" : ""}`} title=${text ?? "not there"}>${text ?? "–"}</td>`)}</tr>`,
      )}</tbody>`;
  }

  private environment(shown: readonly CompareRun[]): unknown {
    const { value, failure, waiting } = this.environments;
    if (value !== undefined) {
      const known = shown.map((run) => value.get(run.id) ?? null);
      const several = known.filter((environment) => environment !== null).length > 1;
      const none = several
        ? "Interpreter, packages and devices are the same."
        : "Recorded for fewer than two of these runs.";
      return this.section("Environment", environmentRows(known), none);
    }
    const retry = html`<button class="link" @click=${() => this.environments.restart()}>Try again</button>`;
    if (failure !== undefined)
      return this.section("Environment", [], html`<span role="alert">${failure.message}</span> ${retry}`);
    if (waiting === "long") return this.section("Environment", [], html`Still reading … ${retry}`);
    return waiting === "placeholder" ? this.section("Environment", [], "Reading …") : nothing;
  }

  private code(shown: readonly CompareRun[]): unknown {
    const codeOf = (run: CompareRun | undefined) => this.details.get(run?.id ?? "")?.code ?? null;
    const base = shown.find((run) => run.id === this.state.differences.code) ?? shown[0];
    const trees = new Set(shown.map((run) => codeOf(run)?.tree ?? null));
    const diff = (run: CompareRun) => {
      const [code, against] = [codeOf(run), codeOf(base)];
      if (base === undefined || run === base) return "";
      if (code === null || against === null) return html`<span class="quiet">not recorded</span>`;
      if (code.tree === against.tree) return html`<span class="quiet">same</span>`;
      return html`<button class="link" @click=${() => this.host.act("page/openDiff", { left: base.id, right: run.id })}>${icon("diff")} open diff</button>`;
    };
    const name = (run: CompareRun) => {
      const code = codeOf(run);
      return code === null ? "–" : codeName(code);
    };
    const known = shown.every(({ id }) => this.details.has(id));
    return html`<tbody><tr class="section"><th scope="rowgroup" colspan="99">Code${trees.size > 1 ? nothing : html` <span class="quiet">${known ? "All runs have the same code." : "Reading …"}</span>`}</th></tr>
      ${
        trees.size > 1
          ? html`<tr><th scope="row">snapshot</th>${shown.map((run) => html`<td class="mono">${name(run)}</td>`)}</tr>
            <tr><th scope="row"><label class="against">against ${this.leftChoice(shown, base)}</label></th>${shown.map((run) => html`<td>${diff(run)}</td>`)}</tr>`
          : nothing
      }</tbody>`;
  }
}

const sameData: Readonly<Record<DataKnown, string>> = {
  known: "They read the same data, on the same host.",
  reading: "The host and tags are the same; the files they read are still being asked for.",
  tooMany: "The host and tags are the same. Files are compared for at most 200 runs.",
};

/** As shown in the table; in full where values would look the same though they differ. */
function distinct(cells: readonly (GridCell | null)[]): readonly (string | null)[] {
  const shown = cells.map((cell) => cell?.shown ?? null);
  const full = cells.map((cell) => cell?.text ?? null);
  return new Set(shown).size < new Set(full).size ? full : shown;
}

interface NestedLine {
  readonly label: string;
  readonly depth: number;
  readonly line: Line | null;
}

/** Names with dots below one head for their common part: model.depth, model.width → model: depth, width. */
function nested(lines: readonly Line[]): readonly NestedLine[] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const dot = line.title.lastIndexOf(".");
    const name = dot > 0 && !line.title.includes("/") ? line.title.slice(0, dot) : "";
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  return [...groups].flatMap(([name, members]) => {
    const grouped = name !== "" && members.length > 1;
    const own = members.map((line) => ({
      label: grouped ? line.title.slice(name.length + 1) : line.title,
      depth: grouped ? 1 : 0,
      line,
    }));
    return grouped ? [{ label: name, depth: 0, line: null }, ...own] : own;
  });
}

customElements.define("rl-differences-tab", DifferencesTab);
