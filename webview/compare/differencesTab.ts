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
import type { GridColumn } from "./gridColumns.ts";

// Beside each other on a screen; the table above has them all.
const mostRuns = 12;

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
  };

  declare table: CompareTable;
  declare baseline: string | null;
  declare host: CompareHost;
  private readonly environments = new Query<ReadonlyMap<string, EnvironmentOfRun>>(
    this,
    (signal) => this.readEnvironments(signal),
    "later",
  );
  private asked = "";

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
      if (reply.ok) found.set(id, reply.value);
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
    const packages = environmentRows(shown.map((run) => this.environments.value?.get(run.id) ?? null));
    return html`${left > 0 ? html`<p class="quiet note">${icon("info")} The first ${shown.length} runs in the order of the table; ${left.toLocaleString("en-US")} more stand there.</p>` : nothing}
      <div class="differences"><table class="facts">
        <thead><tr><th scope="col"></th>${shown.map((run) => this.head(run))}</tr></thead>
        ${this.section("Parameters", parameters, "All parameters are the same.")}
        ${this.code(shown)}
        ${this.section("Data, host and tags", facts, "They read the same data, on the same host.")}
        ${this.environments.value === undefined ? nothing : this.section("Environment", packages, "Interpreter, packages and devices are the same.")}
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
        texts: indexes.map((index) => column.cells[index]?.shown ?? null),
      }))
      .filter(({ texts }) => new Set(texts).size > 1);
  }

  private section(title: string, lines: readonly Line[], none: string): unknown {
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

  private code(shown: readonly Run[]): unknown {
    const [base] = shown;
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
            <tr><th scope="row">against ${base?.name}</th>${shown.map((run) => html`<td>${diff(run)}</td>`)}</tr>`
          : nothing
      }</tbody>`;
  }
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
