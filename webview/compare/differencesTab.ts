/** What differs between the runs beyond their numbers: parameters, data, packages, and the code by way of the editor's own diff. */

import { html, nothing } from "lit";
import type { Run } from "../../src/model/run.ts";
import { PageElement } from "../shared/element.ts";
import { icon } from "../shared/icon.ts";
import { Query } from "../shared/query.ts";
import { emptyState } from "../shared/states.ts";
import { swatch } from "../shared/swatch.ts";
import type { CompareHost } from "./compareHost.ts";
import type { CompareTable } from "./compareTable.ts";
import { type EnvironmentOfRun, environmentRows } from "./environmentRows.ts";
import type { GridCell, GridColumn } from "./gridColumns.ts";

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
    data: { attribute: false },
    left: { state: true },
  };

  declare table: CompareTable;
  declare baseline: string | null;
  declare host: CompareHost;
  declare data: DataKnown;
  /** The run that a person has chosen to set the others' code against; null for the first. */
  declare left: string | null;
  private readonly environments = new Query<ReadonlyMap<string, EnvironmentOfRun>>(
    this,
    (signal) => this.readEnvironments(signal),
    "later",
  );
  private asked = "";

  constructor() {
    super();
    this.left = null;
  }

  protected override updated(): void {
    const wanted = this.shown()
      .map((run) => run.id)
      .join(" ");
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.environments.restart();
  }

  /** The baseline first, then the others in the order of the table. */
  private shown(): readonly Run[] {
    const runs = this.table.order.flatMap((index) => this.table.runs[index] ?? []);
    const base = runs.filter((run) => run.id === this.baseline);
    return [...base, ...runs.filter((run) => run.id !== this.baseline)].slice(0, mostRuns);
  }

  private async readEnvironments(signal: AbortSignal) {
    const found = new Map<string, EnvironmentOfRun>();
    for (const { id } of this.shown()) {
      const reply = await this.host.call("runs/environment", { id }, { signal });
      if (signal.aborted) break;
      if (!reply.ok) return reply;
      found.set(id, reply.value);
    }
    return { ok: true as const, value: found };
  }

  protected override render(): unknown {
    const shown = this.shown();
    if (shown.length < 2) return emptyState("Differences need two runs or more.");
    const left = this.table.order.length - shown.length;
    const parameters = this.lines(shown, (column) => column.group === "parameter");
    const facts = this.lines(
      shown,
      (column) =>
        column.group === "data" ||
        (column.group === "fact" && !["fact:duration", "fact:code", "fact:state"].includes(column.id)) ||
        column.group === "tag",
    );
    return html`${left > 0 ? html`<p class="quiet note">${icon("info")} The first ${shown.length} runs in the order of the table; ${left.toLocaleString("en-US")} more stand there.</p>` : nothing}
      <div class="differences"><table class="facts">
        <thead><tr><th scope="col"></th>${shown.map((run) => this.head(run))}</tr></thead>
        ${this.section("Parameters", parameters, "All parameters are the same.")}
        ${this.code(shown)}
        ${this.section("Data, host and tags", facts, sameData[this.data])}
        ${this.environment(shown)}
      </table></div>`;
  }

  private head(run: Run): unknown {
    const look = this.table.looks.get(run.id);
    return html`<th scope="col" title=${run.name}><span class="difference-run">${look === undefined ? nothing : swatch(look)}<span class="clip">${run.name}</span></span>
      ${run.id === this.baseline ? html`<span class="quiet">baseline</span>` : nothing}</th>`;
  }

  private lines(shown: readonly Run[], wanted: (column: GridColumn) => boolean): readonly Line[] {
    const indexes = shown.map((run) => this.table.runs.indexOf(run));
    return this.table.all
      .filter((column) => wanted(column) && column.differs)
      .map((column) => ({
        title: column.title,
        texts: distinct(indexes.map((index) => column.cells[index] ?? null)),
      }))
      .filter(({ texts }) => new Set(texts).size > 1);
  }

  private leftChoice(shown: readonly Run[], base: Run | undefined): unknown {
    const choose = (event: Event) => {
      this.left = (event.target as HTMLSelectElement).value;
    };
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

  private environment(shown: readonly Run[]): unknown {
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

  private code(shown: readonly Run[]): unknown {
    const base = shown.find((run) => run.id === this.left) ?? shown[0];
    const trees = new Set(shown.map((run) => run.code?.tree ?? null));
    const diff = (run: Run) =>
      base !== undefined &&
      run !== base &&
      run.code !== null &&
      base.code !== null &&
      run.code.tree !== base.code.tree
        ? html`<button class="link" @click=${() => this.host.act("page/openDiff", { left: base.id, right: run.id })}>${icon("diff")} open diff</button>`
        : html`<span class="quiet">${run === base ? "" : run.code === null || base?.code === null ? "not recorded" : "same"}</span>`;
    return html`<tbody><tr class="section"><th scope="rowgroup" colspan="99">Code${trees.size > 1 ? nothing : html` <span class="quiet">All runs have the same code.</span>`}</th></tr>
      ${
        trees.size > 1
          ? html`<tr><th scope="row">snapshot</th>${shown.map((run) => html`<td class="mono">${codeName(run)}</td>`)}</tr>
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

function codeName({ code }: Run): string {
  if (code === null) return "–";
  const id = (code.head ?? code.id).replace(/^sha256:/, "").slice(0, 7);
  return code.changed_count > 0 ? `${id} + ${code.changed_count}` : id;
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
