/** The extension host's side: wires views, pages and commands to the server, and starts nothing before it is needed. */

import * as vscode from "vscode";
import { provideAuditDocument } from "./host/auditDocument.ts";
import { provideCodeDocuments } from "./host/codeDocuments.ts";
import { hostCommands } from "./host/commands/hosts.ts";
import { importCommands, offerImport } from "./host/commands/import.ts";
import { launchCommands } from "./host/commands/launch.ts";
import { lineageCommands } from "./host/commands/lineage.ts";
import { mlflowCommands } from "./host/commands/mlflow.ts";
import { openCommands } from "./host/commands/open.ts";
import { type Handlers, registerCommands } from "./host/commands/register.ts";
import { registryCommands } from "./host/commands/registry.ts";
import { runEditCommands } from "./host/commands/runEdits.ts";
import { runLifeCommands } from "./host/commands/runLife.ts";
import { supportCommands, viewCommands } from "./host/commands/support.ts";
import { targetIn } from "./host/commands/target.ts";
import { openLinkedComparisons } from "./host/compareLink.ts";
import { ComparePanels } from "./host/comparePanel.ts";
import { ComputeTree } from "./host/computeTree.ts";
import { serverOptions } from "./host/configuration.ts";
import { noticeEnds } from "./host/endNotice.ts";
import { LineageTree } from "./host/lineageTree.ts";
import { provideLogDocuments } from "./host/logDocuments.ts";
import { MlflowServers } from "./host/mlflowServers.ts";
import { ModelsTree } from "./host/modelsTree.ts";
import { RunPanels } from "./host/runPanel.ts";
import { RunsSource } from "./host/runsSource.ts";
import { RunsTree } from "./host/runsTree.ts";
import { Server } from "./host/server.ts";
import { showActiveRuns } from "./host/statusBar.ts";
import { offerTerminalCommand } from "./host/terminalCommand.ts";
import { offerTracking } from "./host/terminals.ts";
import { wakeWhenUseful } from "./host/wake.ts";

/** What tests in the extension host look at. */
export interface Runline {
  readonly server: Server;
  readonly source: RunsSource;
  readonly runs: RunsTree;
  readonly lineage: LineageTree;
  readonly models: ModelsTree;
  readonly compute: ComputeTree;
  /** How long `activate` took; measured by `npm run bench`. */
  readonly activationMs: number;
}

export function activate(context: vscode.ExtensionContext): Runline {
  const began = performance.now();
  const log = own(vscode.window.createOutputChannel("Runline", { log: true }));
  log.info(
    `Runline ${String(context.extension.packageJSON.version)} in ${vscode.env.appName} ${vscode.version}`,
  );
  const program = {
    module: vscode.Uri.joinPath(context.extensionUri, "dist", "server.cjs").fsPath,
    compiled: vscode.Uri.joinPath(context.globalStorageUri, "compiled").fsPath,
  };
  const options = () =>
    serverOptions(context.extensionPath, (problem) => log.warn(`${problem.message} ${problem.next}`));
  const server = own(new Server(program, options, log));
  const source = own(new RunsSource(server, log));
  const memory = context.workspaceState;

  const runs = own(new RunsTree(source, memory));
  const lineage = own(new LineageTree(server, memory, log));
  const models = own(new ModelsTree(server, log));
  const compute = own(new ComputeTree(server, log));
  const target = targetIn(source, runs, server.request);

  const runPanels = own(new RunPanels(context.extensionUri, server, source, memory));
  const comparePanels = own(
    new ComparePanels(
      { uri: context.extensionUri, id: context.extension.id, memory },
      server,
      async (except) => {
        const title = vscode.l10n.t("Add runs");
        const added = await target([], { title, many: true, fits: ({ id }) => !except.includes(id) });
        return added.map(({ id }) => id);
      },
    ),
  );
  own(runPanels.onDidShow((runId) => lineage.follow(runId)));

  const openRun = async (id: string) =>
    runPanels.show(await server.request("runs/get", { id }), { beside: true });
  const { request } = server;
  const mlflowServers = own(
    new MlflowServers(context, server, () => runs.view.visible || models.view.visible, log),
  );
  own(mlflowServers.onDidRead(() => models.look()));
  own(mlflowServers.onDidChangeAway((away) => runs.setAway(away)));
  const handlers: Handlers = {
    ...launchCommands({ request, source, memory, log, openRun }),
    ...openCommands({ request, target, tree: runs, runs: runPanels, comparisons: comparePanels }),
    ...runEditCommands(request, source, target),
    ...runLifeCommands(request, source, target),
    ...registryCommands(request, target, models),
    ...lineageCommands(request, target, lineage),
    ...hostCommands(request, compute, log),
    ...mlflowCommands(request, target, mlflowServers),
    ...importCommands(request, log),
    ...viewCommands(source, runs, server),
    ...supportCommands(context, server, source, log),
  };
  own(registerCommands(handlers, log));

  own(openLinkedComparisons(request, (runIds, view) => comparePanels.show(runIds, view)));
  own(provideCodeDocuments(request));
  own(provideLogDocuments(server, log));
  own(provideAuditDocument(server));
  own(showActiveRuns(source));
  own(offerImport(runs.view, memory, request, log));
  own(noticeEnds(server));
  own(wakeWhenUseful(server));
  own(vscode.workspace.onDidGrantWorkspaceTrust(() => server.configure()));
  own(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration("runline")) return;
      // Whether there is a Python, and what else is shown, may go by a setting.
      void server.configure().then(() => server.askAgain());
      void offerTerminalCommand(context, log);
    }),
  );
  void offerTerminalCommand(context, log);
  own(offerTracking(context, server, log));
  return { server, source, runs, lineage, models, compute, activationMs: performance.now() - began };

  function own<T extends vscode.Disposable>(part: T): T {
    context.subscriptions.push(part);
    return part;
  }
}
