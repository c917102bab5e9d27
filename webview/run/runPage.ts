/** The page of one run: who and how it is at the top, then one tab at a time. Only what is visible is asked for. */

import { html, nothing, type PropertyValues } from "lit";
import { isTold, noteOf } from "../../src/model/clientTags.ts";
import type { Failure } from "../../src/model/failure.ts";
import type { Finding, Run } from "../../src/model/run.ts";
import { looksOfRuns } from "../../src/model/runColor.ts";
import { singleMetrics } from "../../src/model/singleMetrics.ts";
import type { ChartLayout } from "../../src/protocol/chartLayout.ts";
import type { RunPageState } from "../../src/protocol/runPage.ts";
import { chartControls } from "../shared/chartControls.ts";
import { PageElement } from "../shared/element.ts";
import { Hover } from "../shared/hover.ts";
import { icon } from "../shared/icon.ts";
import { Kept } from "../shared/kept.ts";
import { offerKeyHints } from "../shared/keyHints.ts";
import { nameMatches } from "../shared/metricGroups.ts";
import type { ChartRun, ChartSettings, MetricSource } from "../shared/metricSource.ts";
import { pageSource } from "../shared/pageSource.ts";
import { Query } from "../shared/query.ts";
import { emptyState, noticeBar, queryState } from "../shared/states.ts";
import { tabBar } from "../shared/tabs.ts";
import { finalTiles } from "./finalTiles.ts";
import { runActions, runHeader } from "./runHeader.ts";
import { freshState, type RunHost } from "./runHost.ts";
import { runKeys } from "./runKeys.ts";
import { systemPrefix, systemTitles } from "./systemMetrics.ts";
import "../shared/metricCharts.ts";
import "./environmentTab.ts";
import "./filesTab.ts";
import "./notesTab.ts";
import "./outputTab.ts";
import "./parametersTab.ts";

type TabId = RunPageState["tab"];

export class RunPage extends PageElement {
  static override properties = {
    host: { attribute: false },
    state: { state: true },
    failed: { state: true },
    lost: { state: true },
    renaming: { state: true },
    showsFindings: { state: true },
  };

  declare host: RunHost;
  declare state: RunPageState;
  /** What a person asked for and did not get. */
  declare failed: Failure | null;
  /** The server is gone. */
  declare lost: boolean;
  declare renaming: boolean;
  declare showsFindings: boolean;

  private readonly run = new Query<Run>(
    this,
    (signal) => this.host.call("runs/get", { id: this.state.runId }, { signal }),
    "later",
  );
  private readonly keys = new Query<readonly string[]>(
    this,
    (signal) => this.host.call("metrics/keys", { runIds: [this.state.runId] }, { signal }),
    "later",
  );
  private readonly findings = new Query<readonly Finding[]>(
    this,
    (signal) => this.host.call("runs/findings", { id: this.state.runId }, { signal }),
    "later",
  );
  private readonly hover = new Hover();
  private unsubscribe: (() => void) | undefined;
  private clock = 0;

  constructor() {
    super();
    this.failed = null;
    this.lost = false;
    this.renaming = false;
    this.showsFindings = false;
    this.state = { ...freshState, runId: "" };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.state = { ...this.state, ...this.host.savedState() };
    this.host.onActFailed((failure) => {
      this.failed = failure;
    });
    const endServer = this.host.on("server", ({ up }) => {
      this.lost = !up;
    });
    const endChanged = this.host.on("changed", ({ kinds, runIds }) => {
      if (runIds.length > 0 && !runIds.includes(this.state.runId)) return;
      if (kinds.includes("runs") || kinds.includes("metrics")) this.run.refresh();
      if (kinds.includes("metrics")) this.keys.refresh();
    });
    const endHints = offerKeyHints(runKeys);
    this.unsubscribe = () => {
      endServer();
      endChanged();
      endHints();
    };
    // A running run's duration grows though nothing is recorded.
    this.clock = window.setInterval(() => {
      if (!document.hidden && this.run.value?.started && this.run.value.ended === null) this.requestUpdate();
    }, 1000);
    void this.host.call("page/subject", {}).then((reply) => {
      if (reply.ok) this.save({ runId: reply.value.runId });
      this.run.restart();
      this.keys.restart();
      this.findings.restart();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
    clearInterval(this.clock);
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    if (changed.has("renaming") && this.renaming)
      this.querySelector<HTMLInputElement>(".name-field")?.select();
    if (this.seenFindings !== this.run.value?.findings) {
      this.seenFindings = this.run.value?.findings;
      this.findings.refresh();
    }
  }

  private seenFindings: number | undefined;

  protected override render(): unknown {
    return queryState({
      query: this.run,
      rows: 6,
      lost: this.lost,
      show: (run) => this.page(run),
      showLog: () => void this.host.act("page/showLog", {}),
    });
  }

  private page(run: Run): unknown {
    const tabs = [
      { id: "charts", label: "Charts" },
      { id: "output", label: "Output" },
      { id: "parameters", label: "Parameters", count: Object.keys(run.parameters).length },
      { id: "files", label: "Files" },
      { id: "environment", label: "Environment" },
      { id: "system", label: "System" },
      { id: "notes", label: "Notes", count: noteOf(run) === "" ? undefined : 1 },
    ] as const;
    const view = {
      run,
      host: this.host,
      renaming: this.renaming,
      onRenaming: (renaming: boolean) => {
        this.renaming = renaming;
      },
      onEdited: () => this.run.refresh(),
    };
    return html`
      ${runHeader(view)}
      <div class="run-bar">
        ${tabBar<TabId>({ label: "Run", tabs, chosen: this.state.tab, onChoose: (tab) => this.save({ tab }) })}
        ${runActions(view)}
      </div>
      ${
        this.failed === null
          ? nothing
          : noticeBar(this.failed, () => {
              this.failed = null;
            })
      }
      ${this.findingsBanner()}
      <main id="panel" class=${`panel panel-${this.state.tab}`} role="tabpanel" aria-labelledby=${`tab-${this.state.tab}`} tabindex="-1">
        ${this.panel(run)}
      </main>`;
  }

  private panel(run: Run): unknown {
    const active = run.state === "running" || run.state === "queued" || run.state === "orphaned";
    switch (this.state.tab) {
      case "charts":
        return this.withKeys((keys) => this.charts(run, keys, active));
      case "output":
        return html`<rl-output .host=${this.host} .runId=${run.id} .active=${active} .told=${isTold(run)} .wrap=${this.state.wrap}
          @wrap=${(event: CustomEvent<boolean>) => this.save({ wrap: event.detail })}></rl-output>`;
      case "parameters":
        return html`<rl-parameters .host=${this.host} .run=${run}></rl-parameters>`;
      case "files":
        return html`<rl-files .host=${this.host} .run=${run}></rl-files>`;
      case "environment":
        return html`<rl-environment .host=${this.host} .run=${run}></rl-environment>`;
      case "system":
        return this.withKeys((keys) => this.system(run, keys, active));
      case "notes":
        return html`<rl-notes .host=${this.host} .run=${run} @edited=${() => this.run.refresh()}></rl-notes>`;
    }
  }

  private withKeys(show: (keys: readonly string[]) => unknown): unknown {
    return queryState({
      query: this.keys,
      rows: 6,
      show,
      showLog: () => void this.host.act("page/showLog", {}),
    });
  }

  private charts(run: Run, keys: readonly string[], active: boolean): unknown {
    const metrics = keys.filter((key) => !key.startsWith(systemPrefix));
    if (metrics.length === 0)
      return emptyState(
        active && isTold(run)
          ? "No metrics yet. They appear here as they are logged."
          : active
            ? "No metrics yet. They are read from what the script prints, from TensorBoard files and from MLflow calls."
            : isTold(run)
              ? "No metrics were logged."
              : "No metrics were found. Runline reads lines such as “step 100: loss 0.21”, JSON and dict lines, TensorBoard files and MLflow calls.",
        active || isTold(run)
          ? undefined
          : { label: "See the output", run: () => this.save({ tab: "output" }) },
      );
    const settings = this.settings();
    const single = singleMetrics([run]);
    const curves = metrics.filter((key) => !single.has(key));
    const values = metrics.filter((key) => single.has(key) && nameMatches(key, this.state.search));
    const full = this.state.layout.full !== null && curves.includes(this.state.layout.full);
    return html`${chartControls({
      search: this.state.search,
      settings,
      layout: this.state.layout,
      onSearch: (search) => this.save({ search }),
      onSettings: (changed) => this.save(changed),
      onLayout: (layout) => this.save({ layout }),
      axisMetrics: curves,
    })}
      ${full ? nothing : finalTiles(run, values)}
      ${curves.length === 0 ? nothing : this.metricCharts(run, curves, settings, this.state.search)}`;
  }

  private system(run: Run, all: readonly string[], active: boolean): unknown {
    const keys = all.filter((key) => key.startsWith(systemPrefix));
    if (keys.length === 0)
      return emptyState(
        active
          ? "No system metrics yet. The first come after a few seconds."
          : isTold(run)
            ? "No system metrics were logged. MLflow's client logs them once mlflow.enable_system_metrics_logging() was called."
            : "No system metrics were recorded; the run may have been too short.",
      );
    const plain = { axis: "relative", smoothing: 0, logarithmic: false, clip: false } as const;
    return this.metricCharts(run, keys, { ...this.settings(), ...plain }, "", systemTitles(keys));
  }

  private metricCharts(
    run: Run,
    metrics: readonly string[],
    settings: ChartSettings,
    search: string,
    titles: ReadonlyMap<string, string> = new Map(),
  ): unknown {
    return html`<rl-metric-charts .source=${this.source} .runs=${this.chartRuns(run)} .metrics=${metrics} .titles=${titles} .search=${search}
      .settings=${settings} .hover=${this.hover} .keyMetric=${run.keyMetric} .layout=${this.state.layout} .collapsed=${this.state.collapsed}
      @show-all=${() => this.save({ clip: false })}
      @layout=${(event: CustomEvent<ChartLayout>) => this.save({ layout: event.detail })}
      @collapsed=${(event: CustomEvent<readonly string[]>) => this.save({ collapsed: event.detail })}></rl-metric-charts>`;
  }

  private findingsBanner(): unknown {
    const findings = this.findings.value ?? [];
    if (findings.length === 0) return nothing;
    const [first] = findings;
    return html`<section class="findings" aria-label="Findings">
      <button class="findings-head" aria-expanded=${this.showsFindings} @click=${() => {
        this.showsFindings = !this.showsFindings;
      }}>
        ${icon(this.showsFindings ? "chevron-down" : "chevron-right")}
        <span>${findings.length === 1 ? "1 finding" : `${findings.length} findings`}</span>
        ${this.showsFindings ? nothing : html`<span class="quiet clip">${first?.text}</span>`}
      </button>
      ${
        this.showsFindings
          ? html`<ul>${findings.map((finding) => html`<li>${finding.text}${finding.line === null ? nothing : html` <span class="quiet">journal line ${finding.line}</span>`}</li>`)}</ul>`
          : nothing
      }
    </section>`;
  }

  private kept: MetricSource | undefined;

  private get source(): MetricSource {
    this.kept ??= pageSource(this.host);
    return this.kept;
  }

  private shownRuns: readonly ChartRun[] = [];

  /** The same array while nothing about it changes, so that charts need not look. */
  private chartRuns(run: Run): readonly ChartRun[] {
    const [known] = this.shownRuns;
    const look = looksOfRuns([run.id]).get(run.id);
    if (look !== undefined && (known?.id !== run.id || known.name !== run.name))
      this.shownRuns = [{ id: run.id, name: run.name, look }];
    return this.shownRuns;
  }

  private readonly shownSettings = new Kept<ChartSettings>();

  private settings(): ChartSettings {
    const { axis, smoothing, smoothingKind, logarithmic, clip } = this.state;
    return this.shownSettings.of([axis, smoothing, smoothingKind, logarithmic, clip], () => ({
      ...{ axis, smoothing, smoothingKind, logarithmic, clip, bands: "off" },
    }));
  }

  private save(change: Partial<RunPageState>): void {
    this.state = { ...this.state, ...change };
    this.host.saveState(this.state);
  }
}

customElements.define("rl-run-page", RunPage);
