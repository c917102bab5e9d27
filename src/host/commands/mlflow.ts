/** MLflow's protocol: the team's servers, sending a run there, and the switch for terminals and notebooks. */

import * as vscode from "vscode";
import { isKeptElsewhere } from "../../model/clientTags.ts";
import { RunlineError } from "../../model/failure.ts";
import type { TeamAccess } from "../../protocol/editor.ts";
import { workspaceFolder } from "../configuration.ts";
import type { MlflowServers } from "../mlflowServers.ts";
import type { TeamRow } from "../modelsTree.ts";
import { type Request, shownFailure } from "../server.ts";
import { personsOwn, shownAddress } from "../terminals.ts";
import type { Handlers } from "./register.ts";
import type { Target } from "./target.ts";
import { isTeamRow } from "./teamModels.ts";

const t = vscode.l10n.t;
/** From then on a person is told that it is the server who takes its time. */
const slowMs = 5_000;
const sendLookMs = 500;

export function mlflowCommands(request: Request, target: Target, servers: MlflowServers): Handlers {
  return {
    "runline.connectMlflow": async (given) => {
      if (!vscode.workspace.isTrusted) throw new RunlineError("untrusted");
      const url = isTeamRow(given) ? given.team.url : given;
      const kept = typeof url === "string" ? await servers.accessOf(url) : null;
      // Once more with what is kept; a person is asked only when that does not let them in.
      if (kept !== null && (await reconnected(kept, servers))) return;
      await askAndConnect(kept?.url ?? "", servers);
    },
    "runline.disconnectMlflow": async (given) => {
      const title = t("Disconnect from which MLflow server?");
      const url = isTeamRow(given) ? given.team.url : await pickServer(servers, title);
      if (url === undefined) return;
      await servers.disconnect(url);
      vscode.window.setStatusBarMessage(t("Disconnected. The runs that were read stay as they are."), 5_000);
    },
    "runline.openInMlflow": async (...all) => {
      const [given] = all;
      const page = isTeamRow(given) ? pageOf(given) : await pageOfRun(all, target, servers);
      if (page !== undefined) await vscode.env.openExternal(vscode.Uri.parse(page));
    },
    "runline.sendToMlflow": async (...given) => {
      const [run] = await target(given, {
        title: t("Send which run?"),
        fits: (run) => run.ended !== null && run.state !== "running" && !isKeptElsewhere(run),
      });
      if (run === undefined) return;
      const url = await pickServer(servers, t("Send {0} to which MLflow server?", run.name));
      if (url !== undefined) await send(run, url, request, servers);
    },
    "runline.logTerminals": async () => {
      await switchTerminals(true);
      const own = personsOwn();
      const told =
        own === null
          ? t(
              "New terminals and notebooks of this folder log to Runline. Restart those that are open, kernels too.",
            )
          : t(
              "Terminals and notebooks go on logging to {0}: MLFLOW_TRACKING_URI is set to it in the editor's environment.",
              shownAddress(own),
            );
      void vscode.window.showInformationMessage(told);
    },
    "runline.stopLoggingTerminals": async () => {
      await switchTerminals(false);
      void vscode.window.showInformationMessage(
        t(
          "New terminals and notebooks no longer log to Runline. Restart those that are open: the address they have is gone.",
        ),
      );
    },
  };
}

/** The page for a browser. */
function pageOf(row: TeamRow): string {
  const models = `${row.team.url}/#/models`;
  if (row.kind === "team") return models;
  const model = `${models}/${encodeURIComponent(row.model.name)}`;
  return row.kind === "teamModel" ? model : `${model}/versions/${row.version.version}`;
}

async function pageOfRun(
  given: readonly unknown[],
  target: Target,
  servers: MlflowServers,
): Promise<string | undefined> {
  const [run] = await target(given, { title: t("Open in browser"), fits: isKeptElsewhere });
  if (run === undefined) return undefined;
  const url = servers.urlOf(run.host);
  if (url === undefined) throw new RunlineError("teamUnknown", { server: run.host });
  return `${url}/#/runs/${run.id}`;
}

async function switchTerminals(on: boolean): Promise<void> {
  const configuration = vscode.workspace.getConfiguration("runline.mlflow", workspaceFolder()?.uri);
  await configuration.update("terminals", on, vscode.ConfigurationTarget.Workspace);
}

/** True when it answers again; a server that does not let one in is no failure here, as the person is asked next. */
async function reconnected(access: TeamAccess, servers: MlflowServers): Promise<boolean> {
  try {
    await connect(access, servers);
    return true;
  } catch (error) {
    if (shownFailure(error).code === "teamRefused") return false;
    throw error;
  }
}

/** Until it is right or the person gives up: what was typed is there to be mended. */
async function askAndConnect(before: string, servers: MlflowServers): Promise<void> {
  const access = await askAccess(before);
  if (access === undefined) return;
  try {
    await connect(access, servers);
  } catch (error) {
    const { code, message, next } = shownFailure(error);
    if (!code.startsWith("team")) throw error;
    // Of a server that was never read there is nothing that stays.
    const step = code === "teamDown" && !servers.isKnown(access.url) ? t("Check the address.") : next;
    const again = t("Try again");
    void vscode.window.showErrorMessage(`${message} ${step}`, again).then((answer) => {
      if (answer === again) return askAndConnect(access.url, servers);
    });
  }
}

/** Throws why not; nothing for a person who did not want to wait. */
async function connect(access: TeamAccess, servers: MlflowServers): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: t("Connecting to {0}…", access.url),
    cancellable: true,
  };
  const status = await vscode.window.withProgress(options, async (progress, token) => {
    const slow = setTimeout(() => progress.report({ message: t("no answer yet") }), slowMs);
    const left = new Promise<null>((resolve) => token.onCancellationRequested(() => resolve(null)));
    const connected = servers.connect(access);
    try {
      const first = await Promise.race([connected, left]);
      if (first === null) await leave(access.url, connected, servers);
      return first;
    } finally {
      clearTimeout(slow);
    }
  });
  if (status !== null)
    vscode.window.setStatusBarMessage(`$(check) ${t("Connected to {0}", status.name)}`, 5_000);
}

/** One that is kept goes on waiting to be there again; one that is new is forgotten, and with it what it says of that. */
async function leave(url: string, connected: Promise<unknown>, servers: MlflowServers): Promise<void> {
  connected.catch(() => undefined);
  if (!servers.isKnown(url)) await servers.disconnect(url);
}

/** Address, then how to get in. Undefined when the person changed their mind. */
async function askAccess(before: string): Promise<TeamAccess | undefined> {
  const title = t("Connect to an MLflow server");
  const typed = await vscode.window.showInputBox({
    title,
    value: before,
    placeHolder: "https://mlflow.example.com",
    prompt: t("The address that MLFLOW_TRACKING_URI has."),
    ignoreFocusOut: true,
    validateInput: (text) =>
      addressOf(text) === null ? t("An address that begins with http:// or https://") : undefined,
  });
  const url = typed === undefined ? null : addressOf(typed);
  if (url === null) return undefined;
  const ways = [
    { label: t("No sign-in"), needs: "none" },
    { label: t("Token"), needs: "token" },
    { label: t("User name and password"), needs: "password" },
  ];
  const way = await vscode.window.showQuickPick(ways, { title, placeHolder: t("How does it let you in?") });
  if (way === undefined) return undefined;
  if (way.needs === "none") return { url };
  if (!(await mayTravel(url))) return undefined;
  if (way.needs === "token") {
    const token = await secret(title, t("Token"));
    return token === undefined ? undefined : { url, token };
  }
  const user = await vscode.window.showInputBox({ title, prompt: t("User name"), ignoreFocusOut: true });
  const password = user === undefined ? undefined : await secret(title, t("Password"));
  return user === undefined || password === undefined ? undefined : { url, user, password };
}

function secret(title: string, prompt: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({ title, prompt, password: true, ignoreFocusOut: true });
}

/** Over plain HTTP to another machine anybody on the way can read what lets one in. */
async function mayTravel(url: string): Promise<boolean> {
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || /^(localhost|127\..*|\[::1\])$/.test(hostname)) return true;
  const yes = t("Connect all the same");
  const detail = t("The address begins with http://, so what lets you in can be read on its way.");
  const told = t("Send your sign-in to {0} without encryption?", hostname);
  return (await vscode.window.showWarningMessage(told, { modal: true, detail }, yes)) === yes;
}

function addressOf(text: string): string | null {
  try {
    const { protocol, origin, pathname, username, password } = new URL(text.trim());
    if (!/^https?:$/.test(protocol) || username !== "" || password !== "") return null;
    return `${origin}${pathname}`.replace(/\/+$/, "");
  } catch {
    return null;
  }
}

/** The only one, or the person's pick. Connects first where there is none. */
async function pickServer(servers: MlflowServers, title: string): Promise<string | undefined> {
  if (servers.known.length === 0) await vscode.commands.executeCommand("runline.connectMlflow");
  const [only, ...others] = servers.known;
  if (only === undefined || others.length === 0) return only?.url;
  const items = servers.known.map(({ url }) => url);
  return vscode.window.showQuickPick(items, { title });
}

async function send(
  run: { readonly id: string; readonly name: string },
  url: string,
  request: Request,
  servers: MlflowServers,
): Promise<void> {
  const { id, name } = run;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: t("Sending {0}…", name),
    cancellable: true,
  };
  const sent = await vscode.window.withProgress(options, async (progress, token) => {
    const stop = token.onCancellationRequested(() => void request("mlflow/cancelSend", { id }));
    const looking = setInterval(async () => {
      const { done } = await request("mlflow/sendState", { id }).catch(() => ({ done: null }));
      if (done !== null) progress.report({ message: `${Math.floor(done * 100)} %` });
    }, sendLookMs);
    try {
      return await request("mlflow/send", { id, url });
    } finally {
      clearInterval(looking);
      stop.dispose();
    }
  });
  if (sent !== null) return tellSent(name, sent);
  const text = t("{0} waits to be sent: {1} does not answer now. It is sent when it does.", name, url);
  void vscode.window.showInformationMessage(text);
  const waiting = servers.onDidRead(async () => {
    const now = await request("mlflow/sendState", { id }).catch(() => null);
    if (servers.isKnown(url) && (now === null || now.waits)) return;
    waiting.dispose();
    // What could not be sent is in the log, and not told as sent.
    if (now?.sent) tellSent(name, now.sent);
  });
}

function tellSent(name: string, sent: { readonly link: string; readonly left: number }): void {
  const left =
    sent.left === 0 ? "" : ` ${t("{0} files stayed here: this server does not take them.", sent.left)}`;
  const open = t("Open in browser");
  void vscode.window.showInformationMessage(t("{0} was sent.", name) + left, open).then((answer) => {
    if (answer === open) return vscode.env.openExternal(vscode.Uri.parse(sent.link));
  });
}
