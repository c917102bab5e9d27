/** The server on one connection: language features and the requests of `protocol/editor.ts`. A test gives it two streams. */

import {
  CancellationTokenSource,
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { GrammarFiles } from "../../lens/grammar.ts";
import { packed } from "../../model/exactNumbers.ts";
import { failureOf } from "../../model/failure.ts";
import type { Prompt } from "../../model/host.ts";
import type { Reply, RequestName } from "../../protocol/editor.ts";
import type { Engines } from "../project.ts";
import { parseOptions } from "../settings.ts";
import type { Context } from "./context.ts";
import { languageFeatures } from "./languageFeatures.ts";
import { answeredLine, endedLine, failureLine, stalledLine } from "./logLines.ts";
import { replyTo } from "./reply.ts";
import { requests } from "./requests.ts";
import { scriptReader } from "./scriptReader.ts";
import { openSession, type Window } from "./session.ts";

const abilities: InitializeResult["capabilities"] = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  codeLensProvider: { resolveProvider: false },
  hoverProvider: true,
};

/** Wires everything and listens. Ends with the connection; runs go on without it. */
export function startServer(connection: Connection, engines: Engines, grammar: GrammarFiles): void {
  const documents = new TextDocuments(TextDocument);
  const scripts = scriptReader(grammar, documents);
  const window: Window = {
    changed(what) {
      notify("changed", what);
      features.refresh();
    },
    ended(what) {
      notify("ended", what);
      window.logged(endedLine(what));
    },
    stalled(what) {
      notify("stalled", what);
      window.logged(stalledLine(what));
    },
    logged: (what) => notify("logged", what),
    hosts: () => notify("hosts", {}),
    ask,
  };
  const session = openSession(engines, window, scripts);
  const features = languageFeatures(connection, documents, scripts, context);

  /** As the last options have it. */
  async function context(): Promise<Context | null> {
    await configured;
    return session.context();
  }

  /** Whoever is asked hears when nobody waits for the answer any more. */
  async function ask(prompt: Prompt, signal: AbortSignal): Promise<string | null> {
    const source = new CancellationTokenSource();
    const over = () => source.cancel();
    signal.addEventListener("abort", over);
    try {
      return await connection.sendRequest<string | null>("runline/ask", prompt, source.token);
    } finally {
      signal.removeEventListener("abort", over);
      source.dispose();
    }
  }

  function notify(name: "changed" | "ended" | "stalled" | "hosts" | "logged", value: object): void {
    // A window that has gone is no failure of ours; its runs go on.
    connection.sendNotification(`runline/${name}`, value).catch(() => undefined);
  }

  async function configure(input: unknown): Promise<void> {
    const { options, problems } = parseOptions(input);
    for (const problem of problems) window.logged(failureLine(problem, "warn"));
    await session.configure(options);
    features.show(options.settings.codeLens);
  }

  async function answer(name: RequestName, input: unknown): Promise<Reply<unknown>> {
    const began = engines.clock();
    const reply = await replyTo(name, input, await context());
    if (!reply.ok && reply.failure.audience === "log") window.logged(failureLine(reply.failure));
    const line = answeredLine(name, input, reply, engines.clock() - began);
    if (line !== null) window.logged(line);
    if (reply.ok && requests[name].writes === true) session.poke();
    return reply;
  }

  /** Options that come one after the other are taken in that order; a failure of one is told and holds nothing up. */
  let configured: Promise<void> = Promise.resolve();
  function configureNext(input: unknown): void {
    configured = configured
      .then(() => configure(input))
      .catch((thrown: unknown) => window.logged(failureLine(failureOf(thrown))));
  }

  connection.onInitialize(({ initializationOptions, capabilities }) => {
    features.canRefresh(capabilities.workspace?.codeLens?.refreshSupport === true);
    configureNext(initializationOptions);
    return {
      capabilities: abilities,
      serverInfo: { name: "runline", version: engines.versions.Runline ?? "" },
    };
  });
  connection.onNotification(DidChangeConfigurationNotification.type, ({ settings }) =>
    configureNext(settings),
  );
  for (const name of Object.keys(requests) as RequestName[])
    connection.onRequest(`runline/${name}`, async (input: unknown) => packed(await answer(name, input)));
  connection.onShutdown(() => session.close());
  documents.onDidClose(({ document }) => scripts.forget(document.uri));
  documents.listen(connection);
  connection.listen();
}
