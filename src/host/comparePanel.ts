/** Compare pages: any runs side by side, one tab per set of runs. */

import * as vscode from "vscode";
import { type CompareTableData, glanceAsk } from "../model/compareTable.ts";
import { formatWhole } from "../model/format.ts";
import { type ComparePageCalls, comparePageCalls } from "../protocol/comparePage.ts";
import { openDifferenceOfRuns } from "./codeDocuments.ts";
import { compareLink, mostLinked } from "./compareLink.ts";
import { command } from "./contract.ts";
import { FirstCharts } from "./firstCharts.ts";
import { ColumnMemory } from "./keptColumns.ts";
import { type OwnCalls, Page, type PageSpec } from "./panel.ts";
import { saveFile } from "./saveFile.ts";
import type { Server } from "./server.ts";

export const comparePageType = "runline.compare";

/** Asks the person for further runs; `[]` when they changed their mind. */
export type AskRuns = (except: readonly string[]) => Promise<readonly string[]>;

interface Open {
  readonly page: Page;
  runIds: readonly string[];
  /** Of the link that opened it, until the page has it. */
  view: string;
}

export class ComparePanels implements vscode.Disposable {
  private readonly extension: vscode.Uri;
  private readonly extensionId: string;
  private readonly server: Server;
  private readonly askRuns: AskRuns;
  private readonly firstCharts: FirstCharts;
  private readonly columns: ColumnMemory;
  private readonly open = new Set<Open>();
  private readonly disposables: vscode.Disposable[];

  constructor(
    { uri, id, memory }: { readonly uri: vscode.Uri; readonly id: string; readonly memory: vscode.Memento },
    server: Server,
    askRuns: AskRuns,
  ) {
    this.extension = uri;
    this.extensionId = id;
    this.server = server;
    this.askRuns = askRuns;
    this.firstCharts = new FirstCharts(memory, "compare");
    this.columns = new ColumnMemory(memory);
    this.disposables = [
      server.onChanged((changed) => {
        for (const { page } of this.open) page.tell("changed", changed);
      }),
      server.onRunning((up) => {
        for (const { page } of this.open) page.tell("server", { up });
      }),
      vscode.window.registerWebviewPanelSerializer(comparePageType, {
        deserializeWebviewPanel: async (panel, state) => this.adopt(panel, idsOf(state)),
      }),
    ];
  }

  /** `view` is how the page is to look, from a link. */
  show(runIds: readonly string[], view = ""): void {
    const same = [...this.open].find((entry) => sameSet(entry.runIds, runIds));
    if (same !== undefined) {
      same.page.panel.reveal();
      same.view = view;
      if (view !== "") same.page.load(this.spec(same.runIds, () => same));
      return;
    }
    const panel = vscode.window.createWebviewPanel(comparePageType, "", vscode.ViewColumn.Active);
    this.adopt(panel, runIds, view);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
    for (const { page } of this.open) page.panel.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, runIds: readonly string[], view = ""): void {
    const spec = this.spec(runIds, () => entry);
    const entry: Open = { page: new Page(panel, this.extension, this.server.pass, spec), runIds, view };
    this.open.add(entry);
    panel.onDidDispose(() => this.open.delete(entry));
  }

  private spec(runIds: readonly string[], entry: () => Open): PageSpec {
    const glance = glanceAsk(runIds);
    const whole = { runIds, wanted: [] };
    const asks = [...(glance === null ? [] : [glance]), whole];
    const first = asks.map((input) => ({ name: "compare/table", input }) as const);
    const own = this.ownCalls(entry);
    const page = { bundle: "compare", title: titleOf(runIds), passes: comparePageCalls, own, first } as const;
    return {
      ...page,
      heard: this.firstCharts.listener(),
      next: ({ input }, value) =>
        input === whole
          ? this.firstCharts
              .ofTable(runIds, value as CompareTableData)
              .map((query) => ({ name: "metrics/columns", input: query }))
          : [],
    };
  }

  private ownCalls(entry: () => Open): OwnCalls<ComparePageCalls> {
    const run = (id: unknown) => this.server.request("runs/get", { id: String(id) });
    return {
      "page/subject": async () => {
        const { runIds, view } = entry();
        entry().view = "";
        const kept = this.columns.kept();
        return view === "" ? { runIds, kept } : { runIds, view, kept };
      },
      "page/keepColumns": async ({ name, set }) => {
        const kept = await this.columns.keep(name === null ? null : String(name), set);
        for (const other of this.open) if (other !== entry()) other.page.tell("columns", kept);
        return kept;
      },
      "page/openRun": ({ runId }) => execute("runline.openRun", String(runId)),
      "page/openDiff": async ({ left, right }) => {
        const [one, other] = await Promise.all([run(left), run(right)]);
        await openDifferenceOfRuns(this.server.request, one, other);
        return null;
      },
      "page/addRuns": async () => {
        const here = entry();
        here.runIds = [...here.runIds, ...(await this.askRuns(here.runIds))];
        here.page.panel.title = titleOf(here.runIds);
        return { runIds: here.runIds };
      },
      "page/copyLink": async ({ runIds, view }) => {
        const ids = [...runIds].map(String);
        await vscode.env.clipboard.writeText(compareLink(this.extensionId, ids, String(view)));
        vscode.window.setStatusBarMessage(linkCopied(ids.length), toldMs);
        return null;
      },
      "page/copy": async ({ text }) => {
        await vscode.env.clipboard.writeText(String(text));
        return null;
      },
      "page/saveFile": async ({ name, base64 }) => {
        await saveFile(String(name), String(base64));
        return null;
      },
      "page/register": ({ runId }) => execute("runline.register", String(runId)),
      "page/showLog": () => execute("runline.showOutput"),
    };
  }
}

async function execute(id: Parameters<typeof command>[0], ...given: unknown[]): Promise<null> {
  void vscode.commands.executeCommand(command(id), ...given);
  return null;
}

const toldMs = 4_000;

function linkCopied(runs: number): string {
  return runs > mostLinked
    ? vscode.l10n.t("The link to the first {0} of {1} runs was copied.", mostLinked, runs)
    : vscode.l10n.t("The link was copied. It opens these runs where their folder is open.");
}

function titleOf(runIds: readonly string[]): string {
  return vscode.l10n.t("Compare {0} runs", formatWhole(runIds.length));
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}

function idsOf(state: unknown): readonly string[] {
  if (typeof state !== "object" || state === null || !("runIds" in state)) return [];
  return Array.isArray(state.runIds) ? state.runIds.filter((id) => typeof id === "string") : [];
}
