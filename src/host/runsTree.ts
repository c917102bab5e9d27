/** The Runs view: rows from `runsGroups` and `runLabel`, kept up to date while it is seen. */

import * as vscode from "vscode";
import type { Run } from "../model/run.ts";
import { setContextKey } from "./contextKey.ts";
import type { WelcomeCause } from "./contract.ts";
import { type Away, oldUri } from "./oldRows.ts";
import {
  runDescription,
  runFlags,
  runSpoken,
  runTitle,
  stateIcon,
  type Telling,
  tellingParameters,
} from "./runLabel.ts";
import { type GroupBy, grouped, groupRuns, isActive, parentsOf, type RunsGroup } from "./runsGroups.ts";
import { type GroupRow, type RunRow, RunsRows } from "./runsRows.ts";
import type { RunsSnapshot, RunsSource } from "./runsSource.ts";
import { runTooltip } from "./runTooltip.ts";
import { asOfText } from "./teamText.ts";
import { causeOfFailure, failureMessage } from "./welcomeCause.ts";

export type RunsRow = GroupRow | RunRow | { readonly kind: "more" };

const t = vscode.l10n.t;
const rowsEveryMs = 1_000;
/** While the editor reads the whole tree again it knows of no selection; this is far longer than it takes. */
const rereadMs = 10_000;
/**
 * Without arguments on purpose: the editor keeps those of a row's command only until the row is told anew, and a click in between would
 * be lost. What was clicked is the selection, which stays.
 */
const openSelected: vscode.Command = { command: "runline.openSelectedRun", title: t("Open run") };

export class RunsTree implements vscode.TreeDataProvider<RunsRow>, vscode.Disposable {
  private readonly source: RunsSource;
  private readonly memory: vscode.Memento;
  private readonly emitter = new vscode.EventEmitter<RunsRow[] | undefined>();
  private readonly disposables: vscode.Disposable[] = [this.emitter];
  private readonly rows = new RunsRows((run) => this.face(run));
  /** How many runs there are behind the last row. */
  private older = 0;
  /** Rows that look different from what the editor was told, the last time it was, and the next. */
  private readonly untold = new Set<RunRow>();
  private told = Number.NEGATIVE_INFINITY;
  private waiting: NodeJS.Timeout | null = null;
  private telling: (run: Run) => Telling = () => ({ parameters: [], hosts: false, parts: 0 });
  private filterText = "";
  private away: Away = new Map();

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
    this.view.description = this.filterText === "" ? "" : t("filter: {0}", this.filterText);
    void this.source.search(this.filterText);
  }

  /** Runs of a source that is away stay, and say how old they are. */
  setAway(away: Away): void {
    if (JSON.stringify([...away]) === JSON.stringify([...this.away])) return;
    this.away = away;
    this.show(this.source.snapshot);
  }

  /** Runs that are selected in the view, groups as all their runs. */
  get selection(): readonly Run[] {
    return this.view.selection.flatMap(runsOfRow);
  }

  /** All runs of a group, those that are not loaded too. */
  async wholeGroup({ id, runs, count }: RunsGroup): Promise<readonly Run[]> {
    if (count <= runs.length) return runs;
    const grouping = { by: this.groupBy, now: Date.now() };
    const whole = groupRuns(await this.source.everyRun(), grouping, t).find((group) => group.id === id);
    return whole?.runs ?? runs;
  }

  /** The run that a click or Enter has just selected; null for anything but one run. */
  async chosen(): Promise<Run | null> {
    for (const end = performance.now() + rereadMs; performance.now() < end; ) {
      const [row, ...more] = this.view.selection;
      if (row !== undefined) return row.kind === "run" && more.length === 0 ? row.run : null;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return null;
  }

  async reveal(runId: string): Promise<void> {
    const row = this.rows.row(runId);
    if (row !== undefined && this.view.visible) await this.view.reveal(row, { focus: false });
  }

  getChildren(row?: RunsRow): RunsRow[] {
    if (row?.kind === "group") return [...row.rows];
    if (row?.kind === "run") return [...row.parts];
    if (row !== undefined) return [];
    const { groups } = this.rows;
    return this.older > 0 && groups.length > 0 ? [...groups, { kind: "more" }] : [...groups];
  }

  getParent(row: RunsRow): RunsRow | undefined {
    return row.kind === "run" ? (row.above ?? this.rows.groupOf(row.run.id)) : undefined;
  }

  getTreeItem(row: RunsRow): vscode.TreeItem {
    switch (row.kind) {
      case "group":
        return this.groupItem(row.group);
      case "run":
        return this.runItem(row);
      case "more":
        return moreItem(this.older);
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

  private groups({ shown, counts }: RunsSnapshot): readonly RunsGroup[] {
    const grouping = { by: this.groupBy, now: Date.now(), locale: vscode.env.language, counts };
    return groupRuns(shown, grouping, t);
  }

  private setVisible(visible: boolean): void {
    if (vscode.workspace.workspaceFolders !== undefined) this.source.look(visible);
  }

  private show(snapshot: RunsSnapshot): void {
    this.telling = tellingOf(snapshot.shown);
    this.view.message = failureMessage(snapshot.failure, snapshot.runs.length);
    const active = this.source.active.length;
    this.view.badge =
      active === 0
        ? undefined
        : { value: active, tooltip: active === 1 ? t("1 run is active") : t("{0} runs are active", active) };
    setContextKey("runline.cause", this.cause(snapshot));
    const changed = this.rows.update(this.groups(snapshot));
    const older = snapshot.more ? olderThan(snapshot) : 0;
    const sameEnd = this.older === older;
    this.older = older;
    if (changed === null || !sameEnd) this.tellAll();
    else this.tellRows(changed);
  }

  private tellAll(): void {
    this.untold.clear();
    this.emitter.fire(undefined);
  }

  /** Rows that only show other numbers are told together, and not at every step of a run. */
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
    return [runTitle(run), this.description(run), runFlags(run), run.state].join("\n");
  }

  private description(run: Run): string {
    const asOf = this.asOf(run);
    const told = runDescription(run, asOf ?? Date.now(), this.telling(run), t);
    return asOf === null ? told : `${asOfText(asOf, Date.now(), t)} · ${told}`;
  }

  /** When its source was last heard of; null while that is there. */
  private asOf(run: Run): number | null {
    const asOf = this.away.get(run.host);
    return asOf === undefined ? null : (asOf ?? run.asOf);
  }

  private cause(snapshot: RunsSnapshot): WelcomeCause {
    if (snapshot.failure !== null) return causeOfFailure(snapshot.failure);
    if (!snapshot.known) return "none";
    if (snapshot.runs.length > 0) return snapshot.shown.length > 0 ? "none" : "filtered";
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

  private runItem({ run, parts }: RunRow): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    // What a filter found below a run is shown.
    const below = parts.length === 0 ? None : this.filterText === "" ? Collapsed : Expanded;
    const item = new vscode.TreeItem(runTitle(run), below);
    const asOf = this.asOf(run);
    const spoken = runSpoken(run, asOf ?? Date.now(), t, parts.length);
    item.id = `run:${run.id}`;
    item.description = this.description(run);
    item.iconPath = asOf === null ? runIcon(run) : oldIcon(run);
    item.contextValue = runFlags(run);
    item.accessibilityInformation = {
      label: asOf === null ? spoken : `${spoken}, ${asOfText(asOf, Date.now(), t)}`,
    };
    if (asOf !== null) item.resourceUri = oldUri(item.id);
    item.command = openSelected;
    return item;
  }
}

/** As every view shows it. */
export function runIcon(run: Run): vscode.ThemeIcon {
  const [shape, color] = stateIcon(run);
  return new vscode.ThemeIcon(shape, new vscode.ThemeColor(color));
}

/** Its shape says what was known of the run; its color, that this is old. */
function oldIcon(run: Run): vscode.ThemeIcon {
  return new vscode.ThemeIcon(stateIcon(run)[0], new vscode.ThemeColor("disabledForeground"));
}

export function runsOfRow(row: RunsRow): readonly Run[] {
  if (row.kind === "run") return [row.run];
  return row.kind === "group" ? row.group.runs : [];
}

/** Parameters are compared within an experiment, machines over all. */
function tellingOf(runs: readonly Run[]): (run: Run) => Telling {
  const hosts = new Set(runs.map(({ host }) => host)).size > 1;
  const experiments = grouped(runs, ({ experiment }) => experiment);
  const telling = new Map([...experiments].map(([name, members]) => [name, tellingParameters(members)]));
  const parts = new Map<string, number>();
  for (const { id } of parentsOf(runs).values()) parts.set(id, (parts.get(id) ?? 0) + 1);
  return ({ id, experiment }) => ({
    ...{ parameters: telling.get(experiment) ?? [], hosts, parts: parts.get(id) ?? 0 },
  });
}

function olderThan({ shown, counts }: RunsSnapshot): number {
  const ended = (counts ?? []).reduce((sum, { runs }) => sum + runs, 0);
  return Math.max(1, ended - shown.filter((run) => !isActive(run)).length);
}

function moreItem(older: number): vscode.TreeItem {
  const item = new vscode.TreeItem(t("Load more…"));
  item.id = "more";
  item.description = older === 1 ? t("1 older run") : t("{0} older runs", older);
  item.command = { command: "runline.loadMore", title: t("Load more…") };
  return item;
}
