/**
 * The team's MLflow servers that this folder is connected to: their addresses are kept for the folder, what lets one in is kept by the
 * editor as a secret. They are read while the Runs view is looked at; one that does not answer shows in the status bar, with the way back.
 */

import * as vscode from "vscode";
import { formatAgo } from "../model/format.ts";
import type { TeamAccess, TeamStatus } from "../protocol/editor.ts";
import { setContextKey } from "./contextKey.ts";
import { command } from "./contract.ts";
import type { Away } from "./oldRows.ts";
import { type Server, shownFailure } from "./server.ts";

const t = vscode.l10n.t;
const memoryKey = "runline.mlflowServers";
const secretKey = (url: string) => `runline.mlflow:${url}`;
const lookEveryMs = 15_000;

/** What is no secret of an access. */
interface Known {
  readonly url: string;
  readonly user?: string;
  readonly kind: "none" | "token" | "password";
}

export class MlflowServers implements vscode.Disposable {
  private readonly context: vscode.ExtensionContext;
  private readonly server: Server;
  private readonly log: vscode.LogOutputChannel;
  private readonly disposables: vscode.Disposable[] = [];
  private readonly item: vscode.StatusBarItem;
  private readonly timer: NodeJS.Timeout;
  private readonly read = new vscode.EventEmitter<void>();
  private refreshing = false;
  private readonly changed = new vscode.EventEmitter<Away>();
  private statuses: readonly TeamStatus[] = [];

  /** Which of them are away now, by the name that their runs have for a host. */
  readonly onDidChangeAway = this.changed.event;
  /** They were asked again; whoever shows what they have asks for it. */
  readonly onDidRead = this.read.event;

  /** `looked`: whether somebody looks at runs or models. */
  constructor(
    context: vscode.ExtensionContext,
    server: Server,
    looked: () => boolean,
    log: vscode.LogOutputChannel,
  ) {
    this.context = context;
    this.server = server;
    this.log = log;
    this.item = vscode.window.createStatusBarItem("runline.mlflow", vscode.StatusBarAlignment.Left, 0);
    this.item.name = t("Runline: MLflow servers");
    this.timer = setInterval(() => {
      if (looked() && vscode.window.state.focused) void this.refresh(false);
    }, lookEveryMs);
    this.disposables.push(
      this.item,
      this.read,
      this.changed,
      context.secrets.onDidChange(({ key }) => this.reconnectSignedIn(key)),
      server.onRunning((up) => {
        if (up) void this.connectKnown();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.connectKnown()),
    );
    setContextKey("runline.mlflowServers", this.known.length > 0);
  }

  get known(): readonly Known[] {
    return this.context.workspaceState.get<readonly Known[]>(memoryKey) ?? [];
  }

  /** Tries the server and keeps it. Throws why it can't be used; then nothing is kept. */
  async connect(access: TeamAccess): Promise<TeamStatus> {
    const status = await this.server.request("mlflow/connect", access).catch(async (error) => {
      // One that is kept already goes on waiting to be there again.
      if (!this.isKnown(access.url)) await this.server.request("mlflow/disconnect", { url: access.url });
      throw error;
    });
    const { url } = status;
    const secret = access.token ?? access.password;
    const kind = access.token !== undefined ? "token" : access.user !== undefined ? "password" : "none";
    const known: Known = { url, kind, ...(access.user === undefined ? {} : { user: access.user }) };
    if (secret === undefined) await this.context.secrets.delete(secretKey(url));
    else await this.context.secrets.store(secretKey(url), secret);
    await this.keep([...this.known.filter((other) => other.url !== url), known]);
    this.show([...this.statuses.filter((other) => other.url !== url), status]);
    return status;
  }

  async disconnect(url: string): Promise<void> {
    await this.keep(this.known.filter((other) => other.url !== url));
    await this.context.secrets.delete(secretKey(url));
    await this.server.request("mlflow/disconnect", { url });
    this.show(this.statuses.filter((other) => other.url !== url));
    this.read.fire();
  }

  /** Whether the server is kept for this folder. */
  isKnown(url: string): boolean {
    return this.known.some((one) => one.url === url.replace(/\/+$/, ""));
  }

  /** The address of the server that runs have this name of for a host. */
  urlOf(host: string): string | undefined {
    return this.known.find(({ url }) => new URL(url).host === host)?.url;
  }

  /** The access of a server that is kept, as it was given. */
  async accessOf(url: string): Promise<TeamAccess | null> {
    const known = this.known.find((one) => one.url === url);
    if (known === undefined) return null;
    const secret = (await this.context.secrets.get(secretKey(url))) ?? "";
    if (known.kind === "token") return { url, token: secret };
    return known.kind === "none" ? { url } : { url, user: known.user ?? "", password: secret };
  }

  async refresh(whole: boolean): Promise<void> {
    if (this.known.length === 0 || this.refreshing || !this.server.isRunning) return;
    if (!vscode.workspace.isTrusted) return;
    this.refreshing = true;
    try {
      this.show(await this.server.request("mlflow/refresh", { whole }));
      this.read.fire();
    } catch (error) {
      this.log.warn(`The MLflow servers were not read: ${shownFailure(error).message}`);
    } finally {
      this.refreshing = false;
    }
  }

  dispose(): void {
    clearInterval(this.timer);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async keep(servers: readonly Known[]): Promise<void> {
    await this.context.workspaceState.update(memoryKey, servers);
    setContextKey("runline.mlflowServers", servers.length > 0);
  }

  /** All at once: one that is slow keeps no other waiting. */
  private async connectKnown(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    await Promise.all(this.known.map(({ url }) => this.connectAgain(url)));
    await this.refresh(false);
  }

  private async connectAgain(url: string): Promise<void> {
    const access = await this.accessOf(url);
    if (access === null) return;
    try {
      await this.server.request("mlflow/connect", access);
    } catch (error) {
      this.log.warn(shownFailure(error).message);
    }
  }

  /** Somebody has signed in anew in another window; this one may have been out. */
  private async reconnectSignedIn(key: string): Promise<void> {
    const out = this.statuses.find(({ url, refused }) => refused && secretKey(url) === key);
    if (out === undefined || !vscode.workspace.isTrusted) return;
    await this.connectAgain(out.url);
    await this.refresh(false);
  }

  private show(statuses: readonly TeamStatus[]): void {
    this.statuses = statuses;
    const away = statuses.filter(({ trouble }) => trouble !== null);
    this.changed.fire(new Map(away.map(({ name, asOf }) => [name, asOf])));
    const [bad] = away;
    if (bad === undefined || bad.trouble === null) {
      this.item.hide();
      return;
    }
    const asOf = bad.asOf === null ? t("not read yet") : t("as of {0}", formatAgo(Date.now() - bad.asOf));
    this.item.text = `$(warning) ${bad.name} · ${asOf}`;
    this.item.tooltip = `${bad.trouble.message} ${bad.trouble.next} ${t("Click to reconnect.")}`;
    this.item.command = {
      command: command("runline.connectMlflow"),
      title: t("Reconnect"),
      arguments: [bad.url],
    };
    this.item.show();
  }
}
