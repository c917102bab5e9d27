/** The Models view: models, their versions, and which one is promoted. */

import * as vscode from "vscode";
import type { Model, ModelVersion } from "../model/registry.ts";
import type { Run } from "../model/run.ts";
import { coalesce } from "./coalesce.ts";
import { setContextKey } from "./contextKey.ts";
import { isPrompt, modelDescription, versionDescription, versionTooltip } from "./modelLabel.ts";
import { type Server, shownFailure } from "./server.ts";
import { failureMessage } from "./welcomeCause.ts";

export type ModelRow =
  | { readonly kind: "model"; readonly model: Model }
  | { readonly kind: "version"; readonly model: Model; readonly version: ModelVersion };

const t = vscode.l10n.t;
const gapMs = 500;

export class ModelsTree implements vscode.TreeDataProvider<ModelRow>, vscode.Disposable {
  private readonly server: Server;
  private readonly emitter = new vscode.EventEmitter<undefined>();
  private readonly pull;
  private readonly disposables: vscode.Disposable[];
  private shown = "";
  private models: readonly Model[] = [];
  private runs: ReadonlyMap<string, Run> = new Map();

  readonly onDidChangeTreeData = this.emitter.event;
  readonly view: vscode.TreeView<ModelRow>;

  constructor(server: Server, log: vscode.LogOutputChannel) {
    this.server = server;
    this.pull = coalesce(
      () => this.fetch(),
      gapMs,
      (error) => log.error(`Models were not read: ${String(error)}`),
    );
    this.view = vscode.window.createTreeView("runline.models", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.disposables = [
      this.emitter,
      this.pull,
      this.view,
      this.view.onDidChangeVisibility(() => this.look()),
      server.onChanged(({ kinds }) => {
        if (kinds.includes("models")) this.look();
      }),
    ];
    this.look();
  }

  /** Opens the view at a model. */
  async show(name: string): Promise<void> {
    await vscode.commands.executeCommand("runline.models.focus");
    await this.pull.ask();
    const model = this.models.find((each) => each.name === name);
    if (model !== undefined) await this.view.reveal({ kind: "model", model }, { expand: true });
  }

  getChildren(row?: ModelRow): ModelRow[] {
    if (row === undefined) return this.models.map((model) => ({ kind: "model", model }));
    if (row.kind === "version") return [];
    const { model } = row;
    const newestFirst = [...model.versions].sort((a, b) => b.version - a.version);
    return newestFirst.map((version) => ({ kind: "version", model, version }));
  }

  getParent(row: ModelRow): ModelRow | undefined {
    return row.kind === "version" ? { kind: "model", model: row.model } : undefined;
  }

  getTreeItem(row: ModelRow): vscode.TreeItem {
    return row.kind === "model"
      ? modelItem(row.model, this.models.length === 1)
      : this.versionItem(row.model, row.version);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private look(): void {
    if (this.view.visible && vscode.workspace.workspaceFolders !== undefined) void this.pull.ask();
  }

  private async fetch(): Promise<void> {
    try {
      const models = await this.server.request("models/list", {});
      const ids = [
        ...new Set(models.flatMap(({ versions }) => versions.flatMap(({ runId }) => runId ?? []))),
      ];
      const runs = ids.length === 0 ? [] : await this.server.request("runs/list", { ids, limit: ids.length });
      this.models = models;
      this.runs = new Map(runs.map((run) => [run.id, run]));
      this.view.message = "";
      setContextKey("runline.hasModels", models.length > 0 ? "yes" : "no");
    } catch (error) {
      this.view.message = failureMessage(shownFailure(error), this.models.length);
    }
    this.fireIfNew();
  }

  /** Reading the tree again makes the editor forget the row that a menu is open on; it is done only for something new. */
  private fireIfNew(): void {
    const shown = JSON.stringify([this.models, [...this.runs.values()]]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.emitter.fire(undefined);
  }

  private versionItem(model: Model, version: ModelVersion): vscode.TreeItem {
    const item = new vscode.TreeItem(`v${version.version}`);
    const championOf = model.aliases.find(({ alias }) => alias === "champion")?.version;
    const champion = model.versions.find((each) => each.version === championOf);
    item.id = `version:${version.version}:${model.name}`;
    item.description = versionDescription(version, champion, this.runs);
    item.tooltip = new vscode.MarkdownString(
      versionTooltip(model, version, this.runs.get(version.runId ?? ""), t),
    );
    item.iconPath =
      version === champion
        ? new vscode.ThemeIcon("star-full", new vscode.ThemeColor("charts.yellow"))
        : new vscode.ThemeIcon(version.aliases.length > 0 ? "tag" : "symbol-misc");
    item.contextValue = version.aliases.length > 0 ? "version.aliased" : "version.plain";
    if (version.runId !== null)
      item.command = { command: "runline.openRun", title: t("Open run"), arguments: [version.runId] };
    return item;
  }
}

function modelItem(model: Model, alone: boolean): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(model.name, alone ? Expanded : Collapsed);
  item.id = `model:${model.name}`;
  item.description = modelDescription(model, t);
  item.iconPath = new vscode.ThemeIcon(isPrompt(model) ? "comment" : "package");
  item.contextValue = "model";
  return item;
}
