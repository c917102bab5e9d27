/** Other machines by hand: connect, disconnect, check, and the choice of one to run on. */

import * as vscode from "vscode";
import { failureOf, RunlineError } from "../../model/failure.ts";
import { formatAgo } from "../../model/format.ts";
import { type HostCheck, type HostEntry, isHostName } from "../../model/host.ts";
import type { ComputeTree } from "../computeTree.ts";
import { currentSetting } from "../configuration.ts";
import { machineDiagnostics } from "../machineDiagnostics.ts";
import type { Request } from "../server.ts";
import { hostOfRow } from "./hostRow.ts";
import type { Handlers } from "./register.ts";

const t = vscode.l10n.t;

export function hostCommands(request: Request, tree: ComputeTree, log: vscode.LogOutputChannel): Handlers {
  return {
    "runline.addHost": async (given) => {
      const host =
        typeof given === "string" && isHostName(given) ? given : await askHostName(t("Add a host"));
      if (host === undefined) return;
      await rememberHost(host, request);
      await connectHost(host, request);
      await tree.show();
    },
    "runline.openHostShell": async (given) => {
      refuseUntrusted();
      const host = await hostGiven(given, request, t("Open a shell on which host?"));
      if (host === undefined) return;
      const file = currentSetting("runline.sshConfigFile");
      const shellArgs = [...(file === "" ? [] : ["-F", file]), "--", host];
      vscode.window.createTerminal({ name: host, shellPath: "ssh", shellArgs }).show();
    },
    "runline.copyHostDiagnostics": async (given) => {
      const host = hostOfRow(given) ?? null;
      const machine = (await request("machines/list", {})).find((each) => each.host === host);
      if (machine === undefined) return;
      await vscode.env.clipboard.writeText(machineDiagnostics(machine, Date.now()));
      vscode.window.setStatusBarMessage(`$(check) ${t("Copied diagnostics")}`, 4_000);
    },
    "runline.refreshCompute": async () => {
      await tree.show();
    },
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
  refuseUntrusted();
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
  const named = hostOfRow(given) ?? given;
  if (typeof named === "string" && isHostName(named)) return named;
  const entries = (await request("hosts/list", {})).filter(fits);
  const other = {
    label: t("Another host…"),
    description: t("a name or user@host"),
    name: null,
    alwaysShow: true,
  };
  const items = entries.map((entry) => ({
    label: entry.name,
    description: linkText(entry),
    name: entry.name,
  }));
  const chosen = await vscode.window.showQuickPick([...items, other], { title, matchOnDescription: true });
  if (chosen === undefined || chosen.name !== null) return chosen?.name ?? undefined;
  return askHostName(title);
}

function askHostName(title: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: t("As ssh takes it: an alias, a host name, or user@host."),
    validateInput: (text) => (isHostName(text) ? undefined : t("That can't be the name of a host.")),
  });
}

/** In the settings, since the person's own configuration of ssh is theirs; one that it names already needs no entry. */
async function rememberHost(host: string, request: Request): Promise<void> {
  if ((await request("hosts/list", {})).some(({ name, from }) => name === host && from !== "runs")) return;
  const hosts = { ...currentSetting("runline.hosts"), [host]: {} };
  await vscode.workspace
    .getConfiguration("runline")
    .update("hosts", hosts, vscode.ConfigurationTarget.Global);
}

function refuseUntrusted(): void {
  if (!vscode.workspace.isTrusted) throw new RunlineError("untrusted");
}

/**
 * Connects, and checks the host the first time a run is to be started there. False when the person thinks better of it after what the
 * check has found; what they have accepted once is not asked again. Throws `hostUnusable`, and why it can't be reached.
 */
export async function readyHost(host: string, request: Request, memory: vscode.Memento): Promise<boolean> {
  await connectHost(host, request);
  const known = (await request("hosts/list", {})).find(({ name }) => name === host)?.check ?? null;
  const title = t("Checking {0}…", host);
  const { verdict, reasons } =
    known ??
    (await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      request("hosts/check", { host }),
    ));
  const told = reasons.filter(({ level }) => level !== "note").map(({ text }) => text);
  if (verdict === "unusable") throw new RunlineError("hostUnusable", { host, cause: told.join(" ") });
  const key = `runline.accepted:${host}`;
  const accepted = told.join("\n");
  if (verdict === "ready" || known !== null || memory.get(key) === accepted) return true;
  const run = t("Run");
  const question = t("Run on {0}? Something there is worth knowing first.", host);
  const answer = await vscode.window.showWarningMessage(
    question,
    { modal: true, detail: told.join("\n\n") },
    run,
  );
  if (answer !== run) return false;
  await memory.update(key, accepted);
  return true;
}

function linkText({ link, check, from }: HostEntry): string {
  const states = {
    idle:
      from === "config"
        ? t("SSH configuration")
        : from === "runs"
          ? t("has runs of this workspace")
          : from === "cluster"
            ? t("the Slurm of this machine")
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
