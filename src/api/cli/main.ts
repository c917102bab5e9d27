/** The CLI from arguments to exit code; `src/cli.ts` gives it a terminal and a project. */

import * as path from "node:path";
import { type Failure, type FailureCode, failureOf, RunlineError } from "../../model/failure.ts";
import { catchUp } from "../../ops/catchUp.ts";
import type { Project } from "../project.ts";
import { audit } from "./audit.ts";
import { cancel } from "./cancel.ts";
import { type Call, type Command, checkWords, exitCode, parseCall } from "./command.ts";
import { compare } from "./compare.ts";
import { deleteCommand, purge, restore } from "./delete.ts";
import { edit } from "./edit.ts";
import { helpOf, overview } from "./help.ts";
import { hosts } from "./hosts.ts";
import { importCommand } from "./import.ts";
import { failureJson, jsonText } from "./json.ts";
import { lineage } from "./lineage.ts";
import { log } from "./log.ts";
import { models } from "./models.ts";
import { promote, unalias } from "./promote.ts";
import { rebuild } from "./rebuild.ts";
import { register } from "./register.ts";
import { reproduce } from "./reproduce.ts";
import { run } from "./run.ts";
import { runs } from "./runs.ts";
import { serve } from "./serve.ts";
import { show } from "./show.ts";
import { status } from "./status.ts";
import type { Terminal } from "./terminal.ts";
import { plain } from "./text.ts";
import { tell, tellOnce } from "./trouble.ts";

/** In the order of the help: the main job first. */
export const commands: Readonly<Record<string, Command>> = {
  run,
  runs,
  show,
  log,
  compare,
  lineage,
  cancel,
  reproduce,
  edit,
  delete: deleteCommand,
  restore,
  purge,
  register,
  promote,
  unalias,
  models,
  audit,
  hosts,
  import: importCommand,
  serve,
  status,
  rebuild,
};

export interface CliParts {
  readonly terminal: Terminal;
  readonly version: string;
  readonly environment: Call["environment"];
  /** The project that a folder belongs to. */
  readonly openProject: (folder: string) => Promise<Project>;
}

/** Runs one command line (without `node` and the program) and answers its exit code. Never throws. */
export async function main(args: readonly string[], parts: CliParts): Promise<number> {
  const { terminal, version } = parts;
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      const asked = commands[rest[0] ?? ""];
      await terminal.out(asked === undefined ? overview(commands) : helpOf(rest[0] ?? "", asked));
      return name === undefined ? exitCode.usage : exitCode.done;
    }
    if (name === "--version" || name === "-v") {
      await terminal.out(`${version}\n`);
      return exitCode.done;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined)
      throw new RunlineError("usage", { cause: `There is no command “${plain(name)}”.` });
    return await call(name, command, rest, parts);
  } catch (thrown) {
    return failed(helpful(failureOf(thrown), name), wantsJson(args), terminal);
  }
}

async function call(
  name: string,
  command: Command,
  args: readonly string[],
  { terminal, environment, openProject }: CliParts,
): Promise<number> {
  const parsed = parseCall(command, args);
  if (parsed.flag("help")) {
    await terminal.out(helpOf(name, command));
    return exitCode.done;
  }
  checkWords(name, command, parsed.words);
  const folder = path.resolve(parsed.text("directory") ?? ".");
  const project = await openProject(folder);
  try {
    // While no editor was there, runs went on: what is shown is as of now. A store in trouble is the command's to report.
    const store = await project.store.existing().catch(() => null);
    const told = tellOnce(terminal);
    if (store !== null) (await catchUp({ ...project, store })).forEach(told);
    for (const failure of await away(project)) tell(failure, terminal);
    return await command.run({
      ...parsed,
      json: parsed.flag("json"),
      folder,
      project,
      terminal,
      environment,
    });
  } finally {
    await project.store.close();
    await project.hosts?.close();
  }
}

/** Hosts with runs that could not be asked just now: what is shown of them is as it was. */
async function away({ hosts }: Project): Promise<readonly Failure[]> {
  const links = (await hosts?.list())?.map(({ link }) => link) ?? [];
  return links.flatMap((link) => ("failure" in link ? [link.failure] : []));
}

const notFound: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "runUnknown",
  "artifactMissing",
  "modelUnknown",
  "versionUnknown",
  "aliasUnknown",
  "lineageUnknown",
]);

/** Also of a command line that is wrong; a `--json` of the script that is run is the script's. */
function wantsJson([name = "", ...rest]: readonly string[]): boolean {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    return command === undefined ? rest.includes("--json") : parseCall(command, rest).flag("json");
  } catch {
    return rest.includes("--json");
  }
}

/** A wrong command line is helped best by the help of its own command. */
function helpful(what: Failure, name: string | undefined): Failure {
  const known = name !== undefined && Object.hasOwn(commands, name);
  return what.code === "usage" && known ? { ...what, next: `See runline ${name} --help.` } : what;
}

async function failed(what: Failure, json: boolean, terminal: Terminal): Promise<number> {
  if (json) await terminal.out(jsonText(failureJson(what)));
  tell(what, terminal);
  if (what.code === "usage") return exitCode.usage;
  if (what.code === "runAmbiguous") return exitCode.ambiguous;
  return notFound.has(what.code) ? exitCode.notFound : exitCode.failed;
}
