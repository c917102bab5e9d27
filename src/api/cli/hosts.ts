import { RunlineError } from "../../model/failure.ts";
import { formatBytes, formatCount } from "../../model/format.ts";
import type { HostCheck, HostEntry } from "../../model/host.ts";
import type { Run } from "../../model/run.ts";
import { terminalStates } from "../../model/run.ts";
import { type Call, type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";
import { painted, type Terminal } from "./terminal.ts";
import { plain } from "./text.ts";

/** Lists the hosts, or says of some whether runs can be started there. */
export const hosts: Command = {
  summary: "list the machines that runs can be started on, or check some of them",
  usage: "[options] [<host>…]",
  words: [0, 100],
  options: {},
  details: `Without a host: the aliases of your SSH configuration and those of the setting runline.hosts. With hosts: connects to each, asking
you where ssh needs it, and says whether runs can be started there. Exit code 1 when one can't be used.

With --json: a list of {"name", "from", "check"}; check as it was made just now, or null.`,
  async run(call) {
    const { terminal, json, words } = call;
    const all = hostsOf(call);
    const listed = await all.list();
    if (words.length === 0) {
      const rows = listed.map(({ name, from }) => `${plain(name)}  ${fromText[from]}\n`).join("");
      const none = "No host is known. Name one in your SSH configuration, or use any that ssh can reach.\n";
      await terminal.out(json ? jsonText(listed.map(entryJson)) : rows || none);
      return exitCode.done;
    }
    const checks: [string, HostCheck][] = [];
    for (const name of words) {
      await connect(name, call);
      const check = await all.check(name);
      checks.push([name, check]);
      if (!json) await terminal.out(checkText(name, check, terminal));
    }
    const entry = (name: string) => listed.find((each) => each.name === name);
    const asJson = () =>
      checks.map(([name, check]) => ({ name, from: entry(name)?.from ?? "command line", check }));
    if (json) await terminal.out(jsonText(asJson()));
    return checks.some(([, { verdict }]) => verdict === "unusable") ? exitCode.failed : exitCode.done;
  },
};

const fromText: Readonly<Record<HostEntry["from"], string>> = {
  config: "SSH configuration",
  settings: "settings",
  runs: "runs of this workspace",
  cluster: "this machine's Slurm",
};

function entryJson({ name, from, check }: HostEntry) {
  return { name, from, check };
}

/** The project's hosts. Throws `usage` where there are none to be had. */
export function hostsOf({ project }: Pick<Call, "project">) {
  if (project.hosts === null)
    throw new RunlineError("usage", { cause: "No other machine can be reached from here." });
  return project.hosts;
}

/** Connects; a person at a terminal may be asked by ssh. */
export async function connect(host: string, call: Pick<Call, "project" | "terminal">): Promise<void> {
  await hostsOf(call).connect(host, call.terminal.interactive ? "terminal" : undefined);
}

/** Sees to it that a run that goes on elsewhere can be reached: what a person has asked about it may need them. */
export async function reachRun(
  { host, state }: Run,
  call: Pick<Call, "project" | "terminal">,
): Promise<void> {
  const isHere = host === "here" || call.project.hosts === null;
  if (!isHere && !terminalStates.has(state)) await connect(host, call);
}

function checkText(name: string, { verdict, reasons, facts }: HostCheck, terminal: Terminal): string {
  const words = { ready: "ready", warnings: "ready, with warnings", unusable: "can't be used" } as const;
  const style = { ready: "green", warnings: "yellow", unusable: "red" } as const;
  const head = `${painted(plain(name), "bold", terminal)}  ${painted(words[verdict], style[verdict], terminal)}`;
  const what =
    facts.cores === 0
      ? ""
      : `\n  ${plain(facts.hostName)}, ${plain(facts.system)}, ${formatCount(facts.cores)} cores, ${formatBytes(facts.memoryBytes)}`;
  const marks = { note: "·", warning: "!", error: "✗" } as const;
  const lines = reasons.map(({ level, text }) => `\n  ${marks[level]} ${plain(text)}`);
  return `${head}${what}${lines.join("")}\n`;
}
