/** The Models view: models, their versions, and which one is promoted; one's own, and those of the team's MLflow servers. */

import * as vscode from "vscode";
import type { Model } from "../model/registry.ts";
import type { Run } from "../model/run.ts";
import type { ShownTeam } from "../protocol/editor.ts";
import { coalesce } from "./coalesce.ts";
import { setContextKey } from "./contextKey.ts";
import {
  detailItem,
  detailRows,
  type ModelRow,
  modelItem,
  ownDetails,
  rowId,
  type TeamRow,
  teamItem,
  versionItem,
} from "./modelRows.ts";
import { decorateOldRows } from "./oldRows.ts";
import { type Server, shownFailure } from "./server.ts";
import { type DetailRow, signatureRows } from "./signatureRows.ts";
import { failureMessage } from "./welcomeCause.ts";

export type { ModelRow, TeamRow } from "./modelRows.ts";

const t = vscode.l10n.t;
const gapMs = 500;
const mostRuns = 10_000;

export class ModelsTree implements vscode.TreeDataProvider<ModelRow>, vscode.Disposable {
  private readonly server: Server;
  private readonly emitter = new vscode.EventEmitter<undefined>();
  private readonly pull;
  private readonly disposables: vscode.Disposable[];
  private shown = "";
  private models: readonly Model[] = [];
  private teams: readonly ShownTeam[] = [];
  private runs: ReadonlyMap<string, Run> = new Map();
  /** What versions on servers say of themselves, by their rows: it never changes. */
  private readonly details = new Map<string, readonly DetailRow[]>();

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
      decorateOldRows(),
      this.view.onDidChangeVisibility(() => this.look()),
      server.onChanged(({ kinds }) => {
        if (kinds.includes("models")) this.look();
      }),
    ];
    this.look();
  }

  /** Asks again, if somebody looks. */
  look(): void {
    if (this.view.visible && vscode.workspace.workspaceFolders !== undefined) void this.pull.ask();
  }

  /** Opens the view at a model. */
  async show(name: string): Promise<void> {
    await vscode.commands.executeCommand("runline.models.focus");
    await this.pull.ask();
    const model = this.models.find((each) => each.name === name);
    if (model !== undefined) await this.view.reveal({ kind: "model", model }, { expand: true });
  }

  getChildren(row?: ModelRow): ModelRow[] | Promise<ModelRow[]> {
    switch (row?.kind) {
      case undefined:
        return [
          ...this.models.map((model): ModelRow => ({ kind: "model", model })),
          ...this.teams.map((team): ModelRow => ({ kind: "team", team })),
        ];
      case "model": {
        const { model } = row;
        const newestFirst = [...model.versions].sort((a, b) => b.version - a.version);
        return newestFirst.map((version) => ({ kind: "version", model, version }));
      }
      case "version":
        return detailRows(row, ownDetails(row.version));
      case "team":
        return row.team.models.map((model) => ({ kind: "teamModel", team: row.team, model }));
      case "teamModel":
        return row.model.versions.map((version) => ({ ...row, kind: "teamVersion", version }));
      case "teamVersion":
        return this.teamDetails(row).then((details) => detailRows(row, details));
      case "detail":
        return detailRows(row, row.detail.rows);
    }
  }

  getParent(row: ModelRow): ModelRow | undefined {
    if (row.kind === "version") return { kind: "model", model: row.model };
    if (row.kind === "teamModel") return { kind: "team", team: row.team };
    return row.kind === "teamVersion" ? { ...row, kind: "teamModel" } : undefined;
  }

  getTreeItem(row: ModelRow): vscode.TreeItem {
    const item = this.itemOf(row);
    item.id = rowId(row);
    return item;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private itemOf(row: ModelRow): vscode.TreeItem {
    const alone = this.models.length + this.teams.length === 1;
    if (row.kind === "model") return modelItem(row.model, alone);
    if (row.kind === "version") return versionItem(row, this.runs);
    return row.kind === "detail" ? detailItem(row) : teamItem(row, this.runs, alone);
  }

  private async fetch(): Promise<void> {
    try {
      const models = await this.server.request("models/list", {});
      const teams = await this.server.request("mlflow/models", {});
      const versions = [...models, ...teams.flatMap((team) => team.models)].flatMap((model) => [
        ...model.versions,
      ]);
      const ids = [...new Set(versions.flatMap(({ runId }) => runId ?? []))].slice(0, mostRuns);
      const runs = ids.length === 0 ? [] : await this.server.request("runs/list", { ids, limit: ids.length });
      this.models = models;
      this.teams = teams;
      this.runs = new Map(runs.map((run) => [run.id, run]));
      this.view.message = "";
      setContextKey("runline.hasModels", models.length + teams.length > 0 ? "yes" : "no");
    } catch (error) {
      this.view.message = failureMessage(shownFailure(error), this.models.length);
    }
    this.fireIfNew();
  }

  /** Reading the tree again makes the editor forget the row that a menu is open on; it is done only for something new. */
  private fireIfNew(): void {
    // While all is well nobody reads when they were read.
    const teams = this.teams.map((team) =>
      team.trouble === null ? { ...team, asOf: 0, modelsAsOf: team.modelsAsOf === null ? null : 0 } : team,
    );
    const shown = JSON.stringify([this.models, teams, [...this.runs.values()]]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.emitter.fire(undefined);
  }

  private async teamDetails(row: Extract<TeamRow, { kind: "teamVersion" }>): Promise<readonly DetailRow[]> {
    const known = this.details.get(rowId(row));
    if (known !== undefined) return known;
    const { team, model, version } = row;
    const asked = { url: team.url, model: model.name, version: version.version };
    try {
      const { signature } = await this.server.request("mlflow/files", asked);
      const rows = signatureRows(signature, t);
      const none = detail(
        "none",
        t("No signature"),
        t("its files say nothing, or are not handed out"),
        "info",
      );
      const details = rows.length > 0 ? rows : [none];
      this.details.set(rowId(row), details);
      return details;
    } catch (error) {
      return [detail("trouble", shownFailure(error).message, "", "warning")];
    }
  }
}

function detail(key: string, label: string, description: string, icon: string): DetailRow {
  return { key, label, description, icon, rows: [] };
}
