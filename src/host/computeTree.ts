/** The Compute view: where runs can run, and who uses what. Machines are only looked at while the view is seen. */

import * as vscode from "vscode";
import { coalesce } from "./coalesce.ts";
import { type ComputeRow, ComputeRows, computeFaces, type RowFace } from "./computeRows.ts";
import { command } from "./contract.ts";
import { type Server, shownFailure } from "./server.ts";
import { failureMessage } from "./welcomeCause.ts";

const t = vscode.l10n.t;
const everyMs = 5_000;
const gapMs = 500;

export class ComputeTree implements vscode.TreeDataProvider<ComputeRow>, vscode.Disposable {
  private readonly server: Server;
  private readonly emitter = new vscode.EventEmitter<ComputeRow[] | undefined>();
  private readonly rows = new ComputeRows();
  private readonly pull;
  private readonly disposables: vscode.Disposable[];
  private polling: NodeJS.Timeout | null = null;

  readonly onDidChangeTreeData = this.emitter.event;
  readonly view: vscode.TreeView<ComputeRow>;

  constructor(server: Server, log: vscode.LogOutputChannel) {
    this.server = server;
    this.pull = coalesce(
      () => this.fetch(),
      gapMs,
      (error) => log.error(`Machines were not read: ${String(error)}`),
    );
    this.view = vscode.window.createTreeView("runline.compute", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.disposables = [
      this.emitter,
      this.pull,
      this.view,
      this.view.onDidChangeVisibility(() => this.setVisible()),
      server.onHosts(() => this.look()),
      server.onChanged(({ kinds }) => {
        if (kinds.includes("runs")) this.look();
      }),
    ];
    this.setVisible();
  }

  /** Asks again now; answers when the view shows it. */
  refresh(): Promise<void> {
    return this.pull.ask();
  }

  /** Opens the view where it is folded or hidden, and asks again. */
  async show(): Promise<void> {
    if (!this.view.visible) await vscode.commands.executeCommand("runline.compute.focus");
    await this.refresh();
  }

  getChildren(row?: ComputeRow): ComputeRow[] {
    return [...(row === undefined ? this.rows.roots : row.children)];
  }

  getParent(row: ComputeRow): ComputeRow | undefined {
    return row.parent ?? undefined;
  }

  getTreeItem({ face }: ComputeRow): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const state = face.children.length === 0 ? None : face.expanded ? Expanded : Collapsed;
    const item = new vscode.TreeItem(face.label, state);
    const [icon, color] = face.icon;
    // The editor remembers how a row was first; what has come to hold others is another row to it.
    item.id = `${face.id}${face.expanded && face.children.length > 0 ? ":open" : ""}`;
    item.description = face.description;
    item.iconPath = new vscode.ThemeIcon(
      icon,
      color === undefined ? undefined : new vscode.ThemeColor(color),
    );
    item.contextValue = face.flags;
    item.accessibilityInformation = { label: `${face.label}, ${face.description}` };
    const run = openedBy(face);
    if (run !== undefined) item.command = run;
    return item;
  }

  /** Made only for the row under the pointer. */
  resolveTreeItem(item: vscode.TreeItem, { face }: ComputeRow): vscode.TreeItem {
    if (face.tooltip !== "") item.tooltip = new vscode.MarkdownString(face.tooltip);
    return item;
  }

  dispose(): void {
    if (this.polling !== null) clearInterval(this.polling);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private setVisible(): void {
    if (this.polling !== null) clearInterval(this.polling);
    this.polling = this.view.visible ? setInterval(() => this.look(), everyMs) : null;
    this.look();
  }

  private look(): void {
    if (this.view.visible && vscode.workspace.workspaceFolders !== undefined) void this.pull.ask();
  }

  private async fetch(): Promise<void> {
    try {
      const machines = await this.server.request("machines/list", {});
      this.view.message = "";
      const changed = this.rows.update(computeFaces(machines, Date.now(), t));
      if (changed === null) this.emitter.fire(undefined);
      else if (changed.length > 0) this.emitter.fire([...changed]);
    } catch (error) {
      this.view.message = failureMessage(shownFailure(error), 1);
    }
  }
}

function openedBy({ opens }: RowFace): vscode.Command | undefined {
  if (opens === null) return undefined;
  if (opens === "addHost") return { command: command("runline.addHost"), title: t("Add host") };
  return { command: command("runline.openRun"), title: t("Open run"), arguments: [opens.run] };
}
