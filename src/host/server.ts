/** The server process as the host sees it: started when first needed, asked by name, heard by events. */

import * as vscode from "vscode";
import { unpacked } from "../model/exactNumbers.ts";
import { type Failure, failure, failureOf, RunlineError } from "../model/failure.ts";
import type { Prompt } from "../model/host.ts";
import type {
  Changed,
  Ended,
  Logged,
  Reply,
  RequestInput,
  RequestName,
  RequestOutput,
  ServerOptions,
  Stalled,
} from "../protocol/editor.ts";
import { answerPrompt } from "./hostPrompts.ts";
import type { Client, ServerProgram } from "./languageClient.ts";

/** A failure of a request, as it came from the server. */
export class HostFailure extends Error {
  readonly failure: Failure;

  constructor(what: Failure) {
    super(`${what.message} ${what.next}`);
    this.name = "HostFailure";
    this.failure = what;
  }
}

/** Any thrown thing as a failure that can be shown. */
export function shownFailure(thrown: unknown): Failure {
  return thrown instanceof HostFailure ? thrown.failure : failureOf(thrown);
}

/** Asks the server and hands the answer on as it came, packed (`exactNumbers.ts`), for a page that reads it. */
export type Pass = (name: RequestName, input: unknown, token: vscode.CancellationToken) => Promise<unknown>;

/** Asks the server. Throws `HostFailure` for every failure, a canceled or late answer included. */
export type Request = <N extends RequestName>(
  name: N,
  input: RequestInput<N>,
  token?: vscode.CancellationToken,
) => Promise<RequestOutput<N>>;

const patienceSeconds = 30;
/** Requests that may take longer: they copy code, or read every run again. */
const longPatience: Partial<Record<RequestName, number>> = {
  "runs/launch": 180,
  "store/rebuild": 1_800,
  "mlflow/connect": 90,
  "mlflow/refresh": 600,
  "mlflow/send": 3_600,
  // A person may have to look for their phone.
  "hosts/connect": 240,
  "hosts/check": 120,
  // A model of gigabytes over a slow line.
  "hosts/artifact": 3_600,
};

export class Server implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Changed>();
  private readonly ended = new vscode.EventEmitter<Ended>();
  private readonly stalled = new vscode.EventEmitter<Stalled>();
  private readonly running = new vscode.EventEmitter<boolean>();
  private readonly hosts = new vscode.EventEmitter<void>();
  private readonly program: ServerProgram;
  private readonly options: () => ServerOptions;
  private readonly log: vscode.LogOutputChannel;
  private starting: Promise<Client> | null = null;
  private up = false;
  private disposed = false;

  /** Something in the store changed, from whichever process. Also fired with all kinds when the server came up again. */
  readonly onChanged = this.changed.event;
  readonly onEnded = this.ended.event;
  readonly onStalled = this.stalled.event;
  readonly onRunning = this.running.event;
  /** A link or a check of a host changed. */
  readonly onHosts = this.hosts.event;

  constructor(program: ServerProgram, options: () => ServerOptions, log: vscode.LogOutputChannel) {
    this.program = program;
    this.options = options;
    this.log = log;
  }

  get isRunning(): boolean {
    return this.up;
  }

  /** Starts the server unless it is up or on its way. Never throws: a failure is seen by the next request. */
  wake(): void {
    this.client().catch((error) => this.log.error(`The server did not start: ${String(error)}`));
  }

  /** Ends a server that is in trouble and starts a new one; for "Try again". */
  async restart(): Promise<void> {
    const old = this.starting;
    this.starting = null;
    const client = await old?.catch(() => null);
    await client?.stop().catch((error) => this.log.warn(`The old server did not stop: ${String(error)}`));
    await this.client();
  }

  readonly request: Request = async (name, input, token) =>
    unpacked(await this.patiently(name, input, token)) as RequestOutput<typeof name>;

  readonly pass: Pass = (name, input, token) => this.patiently(name, input, token);

  private async patiently(
    name: RequestName,
    input: unknown,
    token: vscode.CancellationToken | undefined,
  ): Promise<unknown> {
    const source = new vscode.CancellationTokenSource();
    const link = token?.onCancellationRequested(() => source.cancel());
    const seconds = longPatience[name] ?? patienceSeconds;
    let late: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      late = setTimeout(() => {
        source.cancel();
        reject(new RunlineError("serverLate", { seconds, request: name }));
      }, seconds * 1_000);
    });
    try {
      const reply = await Promise.race([this.ask(name, input, source.token), limit]);
      if (!reply.ok) throw new HostFailure(reply.failure);
      return reply.value;
    } finally {
      clearTimeout(late);
      link?.dispose();
      source.dispose();
    }
  }

  /** Makes every view and page ask again for what it shows. */
  askAgain(): void {
    const kinds = ["runs", "metrics", "logs", "lineage", "models"] as const;
    this.changed.fire({ revision: -1, kinds, runIds: [] });
  }

  /** Tells the server that settings or trust have changed; one that is just starting may have been given those of before. */
  async configure(): Promise<void> {
    if (this.starting === null) return;
    try {
      const client = await this.starting;
      await client.notify("workspace/didChangeConfiguration", { settings: this.options() });
    } catch (error) {
      // It gets them with its next start.
      this.log.warn(`The server was not told of changed settings: ${String(error)}`);
    }
  }

  dispose(): void {
    this.disposed = true;
    const client = this.starting;
    this.starting = null;
    client?.then((started) => started.stop()).catch(() => undefined);
    for (const emitter of [this.changed, this.ended, this.stalled, this.running, this.hosts])
      emitter.dispose();
  }

  private async ask(
    name: RequestName,
    input: unknown,
    token: vscode.CancellationToken,
  ): Promise<Reply<unknown>> {
    try {
      const client = await this.client();
      return (await client.request(`runline/${name}`, input, token)) as Reply<unknown>;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const code = token.isCancellationRequested ? "requestCanceled" : "serverDown";
      return { ok: false, failure: failure(code, { cause, request: name }) };
    }
  }

  /** One start in flight at a time; a failed one is forgotten, so that the next request tries again. */
  private client(): Promise<Client> {
    if (this.disposed) return Promise.reject(new Error("the window is closing"));
    this.starting ??= this.begin().catch((error) => {
      this.starting = null;
      throw error;
    });
    return this.starting;
  }

  private async begin(): Promise<Client> {
    const { createClient } = await import("./languageClient.ts");
    const client = createClient(this.program, this.options, this.log);
    client.onNotification("runline/changed", (value) => this.changed.fire(value as Changed));
    client.onNotification("runline/ended", (value) => this.ended.fire(value as Ended));
    client.onNotification("runline/stalled", (value) => this.stalled.fire(value as Stalled));
    client.onNotification("runline/hosts", () => this.hosts.fire());
    client.onRequest("runline/ask", (prompt, token) => answerPrompt(prompt as Prompt, token));
    client.onNotification("runline/logged", (value) => this.write(value as Logged));
    client.onRunning((up) => this.setRunning(up));
    await client.start();
    return client;
  }

  private setRunning(up: boolean): void {
    if (this.disposed) return;
    this.up = up;
    this.running.fire(up);
    if (up) this.askAgain();
  }

  private write({ level, text }: Logged): void {
    this.log[level](text);
  }
}
