/** The Lineage view: from a run, a file or a model version, what it was made from and what it made. */

import * as vscode from "vscode";
import type { Direction, LineageGraph, LineageNode } from "../model/lineage.ts";
import { nodeId } from "../model/lineage.ts";
import { coalesce } from "./coalesce.ts";
import { setContextKey } from "./contextKey.ts";
import { lineageCommand } from "./lineageCommand.ts";
import {
  type LineageRow,
  leadsOn,
  lineageDescription,
  lineageIcon,
  lineageLabel,
  lineageStep,
  lineageTooltip,
  registeredAs,
} from "./lineageRows.ts";
import { shorten } from "./markdown.ts";
import { type Server, shownFailure } from "./server.ts";
import { failureMessage } from "./welcomeCause.ts";

type Row =
  | { readonly kind: "node"; readonly row: LineageRow }
  | { readonly kind: "side"; readonly direction: Direction };

const t = vscode.l10n.t;
const gapMs = 1_000;

interface Walked {
  readonly root: LineageNode;
  readonly upstream: LineageGraph;
  readonly downstream: LineageGraph;
}

export class LineageTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly server: Server;
  private readonly memory: vscode.Memento;
  private readonly emitter = new vscode.EventEmitter<undefined>();
  private readonly pull;
  private readonly disposables: vscode.Disposable[];
  private shown = "";
  private walked: Walked | null = null;
  /** What the person looked at last; used while nothing is pinned. */
  private followed: string | null = null;

  readonly onDidChangeTreeData = this.emitter.event;
  readonly view: vscode.TreeView<Row>;

  constructor(server: Server, memory: vscode.Memento, log: vscode.LogOutputChannel) {
    this.server = server;
    this.memory = memory;
    this.pull = coalesce(
      () => this.walk(),
      gapMs,
      (error) => log.error(`Lineage was not read: ${String(error)}`),
    );
    this.view = vscode.window.createTreeView("runline.lineage", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    setContextKey("runline.lineagePinned", this.pinned !== null);
    this.disposables = [
      this.emitter,
      this.pull,
      this.view,
      this.view.onDidChangeVisibility(() => this.refresh()),
      server.onChanged(({ kinds, runIds }) => {
        const ofRun = kinds.includes("runs") && runIds.some((id) => this.shows(nodeId("run", id)));
        if (ofRun || kinds.includes("lineage") || kinds.includes("models")) this.refresh();
      }),
    ];
    this.refresh();
  }

  private get pinned(): string | null {
    return this.memory.get<string>("runline.lineageRoot") ?? null;
  }

  /** Node that the view starts from now; null before there is any. */
  get root(): string | null {
    return this.walked?.root.id ?? null;
  }

  /** Shows a node and brings the view to the front. */
  async show(node: string): Promise<void> {
    if (this.pinned !== null) await this.pin(node);
    this.followed = node;
    await vscode.commands.executeCommand("runline.lineage.focus");
    await this.pull.ask();
  }

  /** Follows what the person looks at, unless something is pinned. */
  follow(runId: string): void {
    this.followed = nodeId("run", runId);
    this.refresh();
  }

  async pin(node: string | null): Promise<void> {
    await this.memory.update("runline.lineageRoot", node ?? undefined);
    setContextKey("runline.lineagePinned", node !== null);
    this.refresh();
  }

  getChildren(row?: Row): Row[] {
    if (this.walked === null) return [];
    const { root, upstream, downstream } = this.walked;
    if (row === undefined)
      return [{ kind: "node", row: { node: root, path: [root.id], direction: null, edge: null } }];
    if (row.kind === "side") return this.steps(row.direction, [root.id]);
    if (row.row.direction !== null) return this.steps(row.row.direction, row.row.path);
    const sides = [upstream, downstream].map(
      (graph, at) => ({ graph, direction: at === 0 ? "upstream" : "downstream" }) as const,
    );
    return sides
      .filter(({ graph, direction }) => lineageStep(graph, [root.id], direction).length > 0)
      .map(({ direction }) => ({ kind: "side", direction }));
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return row.kind === "side" ? sideItem(row.direction) : this.nodeItem(row.row);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private steps(direction: Direction, path: readonly string[]): Row[] {
    const graph = this.walked?.[direction];
    return graph === undefined
      ? []
      : lineageStep(graph, path, direction).map((row) => ({ kind: "node", row }));
  }

  /** A run's row tells its name and state. */
  private shows(id: string): boolean {
    const { upstream, downstream } = this.walked ?? { upstream: null, downstream: null };
    return [upstream, downstream].some((graph) => graph?.nodes.some((node) => node.id === id) ?? false);
  }

  private refresh(): void {
    if (this.view.visible && vscode.workspace.workspaceFolders !== undefined) void this.pull.ask();
  }

  private async walk(): Promise<void> {
    try {
      const walked = await this.walkFrom(this.pinned ?? this.followed);
      // What was looked at may be gone, and the newest run with it; a pinned node stays as it was last seen.
      if (walked !== null || this.pinned === null) this.walked = walked;
      const cut = (walked?.upstream.truncated || walked?.downstream.truncated) ?? false;
      this.view.message = cut ? t("Only the nearest part is shown; there is more.") : "";
      this.view.description = this.pinned === null ? "" : t("pinned: {0}", this.walked?.root.label ?? "");
    } catch (error) {
      this.view.message = failureMessage(shownFailure(error), this.walked === null ? 0 : 1);
    }
    this.fireIfNew();
  }

  /** From the node, or from the newest run where there is no such node. Null while there is nothing to show. */
  private async walkFrom(node: string | null): Promise<Walked | null> {
    const start = node ?? (await this.newest());
    if (start === null) return null;
    const [upstream, downstream] = await Promise.all([
      this.server.request("lineage/walk", { node: start, direction: "upstream" }),
      this.server.request("lineage/walk", { node: start, direction: "downstream" }),
    ]);
    const root = [...upstream.nodes, ...downstream.nodes].find(({ id }) => id === start);
    if (root !== undefined) return { root, upstream, downstream };
    return node === null || node === this.pinned ? null : this.walkFrom(null);
  }

  /** Reading the tree again makes the editor forget the row that a menu is open on; it is done only for something new. */
  private fireIfNew(): void {
    const shown = JSON.stringify(this.walked);
    if (shown === this.shown) return;
    this.shown = shown;
    this.emitter.fire(undefined);
  }

  private async newest(): Promise<string | null> {
    const [known] = await this.server.request("runs/list", { limit: 1 });
    return known === undefined ? null : nodeId("run", known.id);
  }

  private nodeItem(row: LineageRow): vscode.TreeItem {
    const { node, direction } = row;
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const graph = direction === null ? null : (this.walked?.[direction] ?? null);
    const state = graph === null ? Expanded : leadsOn(graph, row) ? Collapsed : None;
    const item = new vscode.TreeItem(shorten(lineageLabel(node), 120), state);
    item.id = [direction ?? "root", ...row.path].join(">");
    item.description = lineageDescription(row, graph === null ? [] : registeredAs(graph, row), t);
    item.iconPath = new vscode.ThemeIcon(lineageIcon(row));
    item.contextValue = `lineage.${node.kind}`;
    item.tooltip = new vscode.MarkdownString(lineageTooltip(row, t));
    const open = lineageCommand(row);
    if (open !== null) item.command = open;
    return item;
  }
}

function sideItem(direction: Direction): vscode.TreeItem {
  const text = direction === "upstream" ? t("made from") : t("made");
  const item = new vscode.TreeItem(text, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `side:${direction}`;
  item.contextValue = "lineage.side";
  return item;
}
