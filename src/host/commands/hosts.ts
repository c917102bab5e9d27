/** Other machines by hand: connect, disconnect, check, and the choice of one to run on. */

import * as vscode from "vscode";
import { failureOf, RunlineError } from "../../model/failure.ts";
import { formatAgo } from "../../model/format.ts";
import { type HostCheck, type HostEntry, isHostName } from "../../model/host.ts";
import type { Request } from "../server.ts";
import type { Handlers } from "./register.ts";

const t = vscode.l10n.t;

export function hostCommands(request: Request, log: vscode.LogOutputChannel): Handlers {
  return {
    "runline.connectHost": async (given) => {
      const host = await hostGiven(given, request, t("Connect to which host?"));
      if (host === undefined) return;
      await connectHost(host, request);
      vscode.window.setStatusBarMessage(`$(check) ${t("Connected to {0}", host)}`, 5_000);
    },
    "runline.disconnectHost": async (given) => {
      const isOpen = ({ link }: HostEntry) => link.state !== "idle";
      const host = await hostGiven(given, request, t("Disconnect which host?"), isOpen);
      if (host !== undefined) await request("hosts/disconnect", { host });
    },
    "runline.checkHost": async (given) => {
      const host = await hostGiven(given, request, t("Check which host?"));
      if (host === undefined) return;
      await connectHost(host, request);
      tellCheck(host, await request("hosts/check", { host }), log);
    },
  };
}

/** Connects, with the person there to be asked. Throws why it could not be done. */
export async function connectHost(host: string, request: Request): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new RunlineError("untrusted");
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: t("Connecting to {0}…", host),
    cancellable: true,
  };
  await vscode.window.withProgress(options, async (_progress, token) => {
    const stop = token.onCancellationRequested(() => void request("hosts/disconnect", { host }));
    try {
      await request("hosts/connect", { host });
    } catch (error) {
      if (!token.isCancellationRequested) throw error;
      throw new RunlineError("requestCanceled", { request: failureOf(error).message });
    } finally {
      stop.dispose();
    }
  });
}

/** The host that came with the invocation, or the person's pick; undefined when they changed their mind. */
export async function hostGiven(
  given: unknown,
  request: Request,
  title: string,
  fits: (entry: HostEntry) => boolean = () => true,
): Promise<string | undefined> {
  if (typeof given === "string" && isHostName(given)) return given;
  const entries = (await request("hosts/list", {})).filter(fits);
  const other = { label: t("Another host…"), description: t("a name or user@host"), name: null };
  const items = entries.map((entry) => ({
    label: entry.name,
    description: linkText(entry),
    name: entry.name,
  }));
  const chosen = await vscode.window.showQuickPick([...items, other], { title, matchOnDescription: true });
  if (chosen === undefined || chosen.name !== null) return chosen?.name ?? undefined;
  return vscode.window.showInputBox({
    title,
    prompt: t("As ssh takes it: an alias, a host name, or user@host."),
    validateInput: (text) => (isHostName(text) ? undefined : t("That can't be the name of a host.")),
  });
}

function linkText({ link, check, from }: HostEntry): string {
  const states = {
    idle:
      from === "config"
        ? t("SSH configuration")
        : from === "runs"
          ? t("has runs of this workspace")
          : t("settings"),
    connecting: t("connecting"),
    connected: t("connected"),
    waiting: t("not reachable"),
    asks: t("needs you to sign in"),
  } as const;
  const checked = check === null ? "" : ` · ${t("checked {0}", formatAgo(Date.now() - check.time))}`;
  return states[link.state] + checked;
}

/** The verdict in one notification, the reasons in the log one click away; a warning says the first of them at once. */
function tellCheck(host: string, { verdict, reasons }: HostCheck, log: vscode.LogOutputChannel): void {
  for (const { level, text } of reasons) log.info(`${host}: ${level === "note" ? "" : `${level}: `}${text}`);
  const first = reasons.find(({ level }) => level !== "note")?.text ?? "";
  const show = t("Show log");
  const told =
    verdict === "ready"
      ? vscode.window.showInformationMessage(t("{0} is ready for runs.", host), show)
      : verdict === "warnings"
        ? vscode.window.showWarningMessage(t("{0} is ready for runs. {1}", host, first), show)
        : vscode.window.showErrorMessage(t("{0} can't be used. {1}", host, first), show);
  void told.then((answer) => {
    if (answer === show) log.show(true);
  });
}
