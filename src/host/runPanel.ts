/** Run pages: one preview tab that follows clicks, and tabs that stay. */

import * as vscode from "vscode";
import { unpacked } from "../model/exactNumbers.ts";
import type { Run } from "../model/run.ts";
import { type RunPageCalls, runPageCalls } from "../protocol/runPage.ts";
import { openDifference } from "./codeDocuments.ts";
import { command } from "./contract.ts";
import { FirstCharts } from "./firstCharts.ts";
import { type OwnCalls, Page, type PageSpec } from "./panel.ts";
import { openArtifact, openFile, openUsedFile, saveArtifact } from "./runFiles.ts";
import type { RunsSource } from "./runsSource.ts";
import { saveFile } from "./saveFile.ts";
import type { Server } from "./server.ts";

export const runPageType = "runline.run";

interface Open {
  readonly page: Page;
  runId: string;
  stays: boolean;
}

export class RunPanels implements vscode.Disposable {
  private readonly extension: vscode.Uri;
  private readonly server: Server;
  private readonly firstCharts: FirstCharts;
  private readonly open = new Set<Open>();
  private readonly shown = new vscode.EventEmitter<string>();
  private readonly disposables: vscode.Disposable[];

  /** Id of the run whose page has come to the front. */
  readonly onDidShow = this.shown.event;

  constructor(extension: vscode.Uri, server: Server, source: RunsSource, memory: vscode.Memento) {
    this.extension = extension;
    this.server = server;
    this.firstCharts = new FirstCharts(memory, "run");
    this.disposables = [
      this.shown,
      source.onDidChange(() => {
        for (const { page, runId } of this.open)
          page.panel.title = source.get(runId)?.name ?? page.panel.title;
      }),
      server.onChanged((changed) => {
        for (const { page } of this.open) page.tell("changed", changed);
      }),
      server.onRunning((up) => {
        for (const { page } of this.open) page.tell("server", { up });
      }),
      vscode.window.registerWebviewPanelSerializer(runPageType, {
        deserializeWebviewPanel: async (panel, state) => this.restore(panel, state),
      }),
    ];
  }

  /**
   * Shows a run: its own tab where it has one, else the preview tab. The focus stays where it is, unless the page is meant to
   * stay too.
   */
  async show(run: Run, how: { readonly stay?: boolean; readonly beside?: boolean } = {}): Promise<void> {
    const already = [...this.open].find(({ runId }) => runId === run.id);
    if (already !== undefined) {
      already.stays ||= how.stay ?? false;
      already.page.panel.reveal(undefined, how.stay !== true);
    } else {
      const preview = how.stay ? undefined : [...this.open].find(({ stays }) => !stays);
      if (preview === undefined) this.create(run, how);
      else this.reuse(preview, run);
    }
    this.shown.fire(run.id);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
    for (const { page } of this.open) page.panel.dispose();
  }

  private create(run: Run, { stay = false, beside = false }): void {
    const column = beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const where = { viewColumn: column, preserveFocus: !stay };
    const panel = vscode.window.createWebviewPanel(runPageType, run.name, where);
    this.adopt(panel, run.id, run.name, stay);
  }

  private reuse(preview: Open, run: Run): void {
    preview.runId = run.id;
    preview.page.load(this.spec(run.id, run.name));
    preview.page.panel.reveal(undefined, true);
  }

  private async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const runId = typeof state === "object" && state !== null && "runId" in state ? String(state.runId) : "";
    this.adopt(panel, runId, panel.title, true);
  }

  private adopt(panel: vscode.WebviewPanel, runId: string, name: string, stays: boolean): void {
    const page = new Page(panel, this.extension, this.server.pass, this.spec(runId, name));
    const entry: Open = { page, runId, stays };
    this.open.add(entry);
    panel.onDidDispose(() => this.open.delete(entry));
    panel.onDidChangeViewState(() => {
      if (panel.active) this.shown.fire(entry.runId);
    });
  }

  private spec(runId: string, name: string): PageSpec {
    const own = ownCalls(runId, this.server);
    return {
      ...{ bundle: "run", title: name, passes: runPageCalls, own },
      first: [
        { name: "runs/get", input: { id: runId } },
        { name: "metrics/keys", input: { runIds: [runId] } },
        { name: "runs/findings", input: { id: runId } },
      ],
      heard: this.firstCharts.listener(),
      next: ({ name: asked }, value) =>
        asked === "runs/get"
          ? this.firstCharts
              .ofRun(unpacked(value) as Run)
              .map((query) => ({ name: "metrics/columns", input: query }))
          : [],
    };
  }
}

/** What the page asks of the host itself: the editor's own windows, menus and clipboard. */
function ownCalls(runId: string, server: Server): OwnCalls<RunPageCalls> {
  const run = (id: string) => server.request("runs/get", { id });
  const execute = async (...[id, ...given]: [Parameters<typeof command>[0], ...unknown[]]) => {
    void vscode.commands.executeCommand(command(id), ...given);
    return null;
  };
  return {
    "page/subject": async () => ({ runId }),
    "page/openFile": async ({ path, line }) => {
      const opened = await run(runId);
      if (line === undefined) return done(openUsedFile(opened, String(path), server.request));
      return done(openFile(opened, String(path), line));
    },
    "page/openDiff": async ({ runId: id, path }) => {
      const { name } = await run(String(id));
      return done(openDifference(server.request, String(id), name, path));
    },
    "page/openLog": ({ runId: id }) => execute("runline.openLog", String(id)),
    "page/openArtifact": async ({ runId: id, path }) =>
      done(openArtifact(await run(String(id)), String(path), server.request)),
    "page/saveArtifact": async ({ runId: id, path }) =>
      done(saveArtifact(await run(String(id)), String(path), server.request)),
    "page/saveFile": async ({ name, base64 }) => done(saveFile(String(name), String(base64))),
    "page/copy": async ({ text }) => done(vscode.env.clipboard.writeText(String(text))),
    "page/register": ({ runId: id, path }) => execute("runline.register", String(id), path),
    "page/compare": ({ runId: id }) => execute("runline.compareWith", String(id)),
    "page/lineage": ({ node }) => execute("runline.showLineage", String(node)),
    "page/openElsewhere": ({ runId: id }) => execute("runline.openInMlflow", String(id)),
    "page/showLog": () => execute("runline.showOutput"),
  };
}

async function done(work: Thenable<unknown>): Promise<null> {
  await work;
  return null;
}
