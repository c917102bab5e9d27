/**
 * The client of `vscode-languageclient`, in a bundle of its own: it is larger than the rest of the host together and needed only
 * once the server is, so activation does not pay for it.
 */

import * as vscode from "vscode";
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from "vscode-languageclient/node";
import { compiledCodeIn } from "../model/compiledCode.ts";
import type { ServerOptions } from "../protocol/editor.ts";

/** What the host needs of the client; the smallest shape, so that the library stays behind this file. */
export interface Client {
  start(): Promise<void>;
  stop(): Promise<void>;
  request(method: string, input: unknown, token: vscode.CancellationToken): Promise<unknown>;
  notify(method: string, input: unknown): Promise<void>;
  onNotification(method: string, handler: (value: unknown) => void): vscode.Disposable;
  /** Answers a request of the server. */
  onRequest(
    method: string,
    handler: (value: unknown, token: vscode.CancellationToken) => Promise<unknown>,
  ): vscode.Disposable;
  /** `true` each time the server has come up, `false` each time it has gone. */
  onRunning(handler: (running: boolean) => void): vscode.Disposable;
}

/** Failures are shown where they matter, not in dialogs of the library. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

const restartLimit = 5;
const restartWindowMs = 180_000;

/** Restarts a server that has gone, unless it keeps going. */
function restarting(clock: () => number): () => CloseHandlerResult {
  const crashes: number[] = [];
  return () => {
    crashes.push(clock());
    while ((crashes[0] ?? 0) < clock() - restartWindowMs) crashes.shift();
    if (crashes.length <= restartLimit) return { action: CloseAction.Restart, handled: true };
    const message = vscode.l10n.t(
      "Runline's server has ended {0} times in {1} minutes. It is not started again by itself.",
      crashes.length,
      restartWindowMs / 60_000,
    );
    return { action: CloseAction.DoNotRestart, handled: true, message };
  };
}

/** The server as a program, and a folder that may keep what was compiled of it. */
export interface ServerProgram {
  readonly module: string;
  readonly compiled: string;
}

/** A client for the server, not started yet. `options` is asked at every start. */
export function createClient(
  { module, compiled }: ServerProgram,
  options: () => ServerOptions,
  log: vscode.LogOutputChannel,
): Client {
  const env = compiledCodeIn(compiled, process.env);
  const program = { module, transport: TransportKind.ipc, options: { env } };
  const client = new QuietClient(
    "runline",
    "Runline",
    { run: program, debug: program },
    {
      documentSelector: [{ scheme: "file", language: "python" }],
      initializationOptions: options,
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: restarting(Date.now),
      },
    },
  );
  return {
    start: () => client.start(),
    stop: () => client.dispose(2_000),
    request: (method, input, token) => client.sendRequest(method, input, token),
    notify: (method, input) => client.sendNotification(method, input),
    onNotification: (method, handler) => client.onNotification(method, handler),
    onRequest: (method, handler) => client.onRequest(method, handler),
    onRunning: (handler) =>
      client.onDidChangeState(({ newState }) => {
        if (newState === State.Running) handler(true);
        if (newState === State.Stopped) handler(false);
      }),
  };
}
