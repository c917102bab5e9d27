/** The Runs view: rows from `runsGroups` and `runLabel`, kept up to date while it is seen. */

import * as vscode from "vscode";
import type { Run } from "../model/run.ts";
import { colorOfRun, runColors } from "../model/runColor.ts";
import { setContextKey } from "./contextKey.ts";
import type { WelcomeCause } from "./contract.ts";
import {
  runDescription,
  runFlags,
  runSpoken,
  runTitle,
  stateIcons,
  type Telling,
  tellingParameters,
} from "./runLabel.ts";
import { runFits } from "./runsFilter.ts";
import { type GroupBy, groupRuns, type RunsGroup } from "./runsGroups.ts";
import { type GroupRow, type RunRow, RunsRows } from "./runsRows.ts";
import type { RunsSnapshot, RunsSource } from "./runsSource.ts";
import { runTooltip } from "./runTooltip.ts";
import { causeOfFailure, failureMessage } from "./welcomeCause.ts";

export type RunsRow = GroupRow | RunRow | { readonly kind: "more" };

const t = vscode.l10n.t;
const rowsEveryMs = 2_000;

export class RunsTree implements vscode.TreeDataProvider<RunsRow>, vscode.Disposable {
  private readonly source: RunsSource;
  private readonly memory: vscode.Memento;
  private readonly emitter = new vscode.EventEmitter<RunsRow[] | undefined>();
  private readonly disposables: vscode.Disposable[] = [this.emitter];
  private readonly rows = new RunsRows((run) => this.face(run));
  private hasMore = false;
  /** Rows that look different from what the editor was told, the last time it was, and the next. */
  private readonly untold = new Set<RunRow>();
  private told = Number.NEGATIVE_INFINITY;
  private waiting: NodeJS.Timeout | null = null;
  private telling: (run: Run) => Telling = () => ({ parameters: [], hosts: false });
  private filterText = "";

  readonly onDidChangeTreeData = this.emitter.event;
  readonly view: vscode.TreeView<RunsRow>;

  constructor(source: RunsSource, memory: vscode.Memento) {
    this.source = source;
    this.memory = memory;
    this.view = vscode.window.createTreeView("runline.runs", {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    setContextKey("runline.groupBy", this.groupBy);
    this.disposables.push(
      this.view,
      this.view.onDidChangeVisibility(({ visible }) => this.setVisible(visible)),
      source.onDidChange((snapshot) => this.show(snapshot)),
    );
    if (this.view.visible) this.setVisible(true);
  }

  get groupBy(): GroupBy {
    return this.memory.get<GroupBy>("runline.groupBy") === "experiment" ? "experiment" : "day";
  }

  async setGroupBy(by: GroupBy): Promise<void> {
    await this.memory.update("runline.groupBy", by);
    setContextKey("runline.groupBy", by);
    this.show(this.source.snapshot);
  }

  get filter(): string {
    return this.filterText;
  }

  set filter(text: string) {
    this.filterText = text.trim();
    setContextKey("runline.filtered", this.filterText !== "");
    this.show(this.source.snapshot);
    void this.source.search(this.filterText !== "");
  }

  /** Runs that are selected in the view, groups as all their runs. */
  get selection(): readonly Run[] {
    return this.view.selection.flatMap(runsOfRow);
  }

  async reveal(runId: string): Promise<void> {
    const row = this.rows.row(runId);
    if (row !== undefined && this.view.visible) await this.view.reveal(row, { focus: false });
  }

  getChildren(row?: RunsRow): RunsRow[] {
    if (row?.kind === "group") return [...row.rows];
    if (row !== undefined) return [];
    const { groups } = this.rows;
    return this.hasMore && groups.length > 0 ? [...groups, { kind: "more" }] : [...groups];
  }

  getParent(row: RunsRow): RunsRow | undefined {
    return row.kind === "run" ? this.rows.groupOf(row.run.id) : undefined;
  }

  getTreeItem(row: RunsRow): vscode.TreeItem {
    switch (row.kind) {
      case "group":
        return this.groupItem(row.group);
      case "run":
        return this.runItem(row.run);
      case "more":
        return moreItem();
    }
  }

  /** Made only for the row under the pointer: tooltips are the most expensive part of a row. */
  resolveTreeItem(item: vscode.TreeItem, row: RunsRow): vscode.TreeItem {
    if (row.kind === "run") item.tooltip = new vscode.MarkdownString(runTooltip(row.run, Date.now(), t));
    return item;
  }

  dispose(): void {
    if (this.waiting !== null) clearTimeout(this.waiting);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private groups(runs: readonly Run[]): readonly RunsGroup[] {
    const shown = this.filterText === "" ? runs : runs.filter((run) => runFits(run, this.filterText));
    return groupRuns(shown, this.groupBy, Date.now(), t, vscode.env.language);
  }

  private setVisible(visible: boolean): void {
    if (vscode.workspace.workspaceFolders !== undefined) this.source.look(visible);
  }

  private show(snapshot: RunsSnapshot): void {
    this.telling = tellingOf(snapshot.runs);
    this.view.message = failureMessage(snapshot.failure, snapshot.runs.length);
    this.view.description = this.filterText === "" ? "" : t("filter: {0}", this.filterText);
    const active = this.source.active.length;
    this.view.badge =
      active === 0
        ? undefined
        : { value: active, tooltip: active === 1 ? t("1 run is active") : t("{0} runs are active", active) };
    setContextKey("runline.cause", this.cause(snapshot));
    const changed = this.rows.update(this.groups(snapshot.runs));
    const sameEnd = this.hasMore === snapshot.more;
    this.hasMore = snapshot.more;
    if (changed === null || !sameEnd) this.tellAll();
    else this.tellRows(changed);
  }

  private tellAll(): void {
    this.untold.clear();
    this.emitter.fire(undefined);
  }

  /**
   * A row that is told anew is deaf to clicks until the editor has taken it over, so rows that only show other numbers are told
   * together, and not at every step of a run.
   */
  private tellRows(changed: readonly RunRow[]): void {
    for (const row of changed) this.untold.add(row);
    if (this.untold.size === 0 || this.waiting !== null) return;
    const wait = Math.max(0, this.told + rowsEveryMs - performance.now());
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.told = performance.now();
      const rows = [...this.untold];
      this.untold.clear();
      if (rows.length > 0) this.emitter.fire(rows);
    }, wait);
  }

  private face(run: Run): string {
    const now = Date.now();
    const shown = [runTitle(run), runDescription(run, now, this.telling(run), t), runFlags(run), run.state];
    return shown.join("\n");
  }

  private cause(snapshot: RunsSnapshot): WelcomeCause {
    if (snapshot.failure !== null) return causeOfFailure(snapshot.failure);
    if (!snapshot.known) return "none";
    if (snapshot.runs.length > 0) return this.groups(snapshot.runs).length > 0 ? "none" : "filtered";
    return snapshot.noPython ? "noPython" : "empty";
  }

  private groupItem(group: RunsGroup): vscode.TreeItem {
    const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const filtered = this.filterText !== "";
    const item = new vscode.TreeItem(group.label, filtered || group.open ? Expanded : Collapsed);
    // The editor remembers by id what was closed; what a filter found is shown all the same.
    item.id = `${filtered ? "found" : "group"}:${group.id}`;
    item.contextValue = "group";
    return item;
  }

  private runItem(run: Run): vscode.TreeItem {
    const now = Date.now();
    const item = new vscode.TreeItem(runTitle(run));
    item.id = `run:${run.id}`;
    item.description = runDescription(run, now, this.telling(run), t);
    item.iconPath = runIcon(run);
    item.contextValue = runFlags(run);
    item.accessibilityInformation = { label: runSpoken(run, now, t) };
    item.command = { command: "runline.openRun", title: t("Open run"), arguments: [run.id] };
    return item;
  }
}

/** The state's icon; a run that is going has the color that its lines have in charts. */
export function runIcon(run: Run): vscode.ThemeIcon {
  const [shape, color] = stateIcons[run.state];
  const own = run.state === "running" ? runColors[colorOfRun(run.id)]?.id : undefined;
  return new vscode.ThemeIcon(shape, new vscode.ThemeColor(own ?? color));
}

export function runsOfRow(row: RunsRow): readonly Run[] {
  if (row.kind === "run") return [row.run];
  return row.kind === "group" ? row.group.runs : [];
}

/** Parameters are compared within an experiment, machines over all. */
function tellingOf(runs: readonly Run[]): (run: Run) => Telling {
  const hosts = new Set(runs.map(({ host }) => host)).size > 1;
  const experiments = new Set(runs.map(({ experiment }) => experiment));
  const telling = new Map(
    [...experiments].map((name) => [
      name,
      tellingParameters(runs.filter(({ experiment }) => experiment === name)),
    ]),
  );
  return ({ experiment }) => ({ parameters: telling.get(experiment) ?? [], hosts });
}

function moreItem(): vscode.TreeItem {
  const item = new vscode.TreeItem(t("Load more…"));
  item.id = "more";
  item.command = { command: "runline.loadMore", title: t("Load more…") };
  return item;
}
