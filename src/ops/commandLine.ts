/** What a launch executes: a script with the interpreter that fits it, or a command as it stands. */

import * as path from "node:path";
import type { Compute, Interpreter } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import { moduleInCommand, moduleOf, scriptOfModule } from "./pythonModule.ts";

/** What is asked for. Exactly one of `script` and `command`. */
export interface CommandAsk {
  readonly script?: string;
  readonly command?: readonly string[];
  readonly arguments?: readonly string[];
  readonly cwd?: string;
  readonly python?: string;
}

export interface CommandLine {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The script's path as runs keep it: relative to the workspace when inside it. Null when the command starts none. */
  readonly script: string | null;
  readonly interpreter: Interpreter;
  readonly environment: Readonly<Record<string, string>>;
}

/** Throws `usage`, `scriptMissing`, `commandMissing`, `noPython`, `pythonBroken`. */
export async function commandLine(
  ask: CommandAsk,
  workspace: string,
  setting: string,
  compute: Compute,
): Promise<CommandLine> {
  const words = ask.command ?? [];
  if ((ask.script === undefined) === (words.length === 0))
    throw new RunlineError("usage", { cause: "Give either a script or a command." });
  return ask.script === undefined
    ? ofCommand([...words, ...(ask.arguments ?? [])], ask, workspace, setting, compute)
    : ofScript(ask.script, ask, workspace, setting, compute);
}

async function ofScript(
  given: string,
  ask: CommandAsk,
  workspace: string,
  setting: string,
  compute: Compute,
): Promise<CommandLine> {
  const script = path.resolve(workspace, given);
  const shown = pathInRecords(script, workspace);
  if ((await compute.look(script)) !== "file") throw new RunlineError("scriptMissing", { script: shown });
  const cwd = path.resolve(
    workspace,
    ask.cwd ?? (isInside(script, workspace) ? workspace : path.dirname(script)),
  );
  const interpreter = await compute.interpreter({
    setting,
    editor: ask.python ?? null,
    script: shown,
    folders: foldersUpTo(path.dirname(script), workspace),
  });
  const module = await moduleOf(script, workspace, compute.look);
  // Relative where it can be: the same line then runs the same script in a checkout elsewhere.
  const word = isInside(script, cwd) ? path.relative(cwd, script) : script;
  const named = module === null ? [word.startsWith("-") ? `./${word}` : word] : ["-m", module.name];
  const environment = compute.environment(interpreter);
  return {
    argv: [interpreter.script, ...named, ...(ask.arguments ?? [])],
    cwd,
    script: shown,
    interpreter,
    // `-m` looks in the working folder by itself.
    environment: module === null || module.root === cwd ? environment : withModules(environment, module.root),
  };
}

async function ofCommand(
  argv: readonly string[],
  ask: CommandAsk,
  workspace: string,
  setting: string,
  compute: Compute,
): Promise<CommandLine> {
  const cwd = path.resolve(workspace, ask.cwd ?? workspace);
  const program = argv[0] ?? "";
  if ((await compute.program(program, cwd)) === null)
    throw new RunlineError("commandMissing", { command: program });
  const place = await scriptIn(argv, cwd, workspace, compute.look);
  return {
    argv,
    cwd,
    script: place === null ? null : pathInRecords(place, workspace),
    // The command brings its own interpreter; this one runs the recorder.
    interpreter: await compute.interpreter({ setting, editor: null, script: null, folders: [workspace] }),
    environment: compute.environment(null),
  };
}

/** The Python file that a command runs, by its path or as a module; null when there is none to be found. */
async function scriptIn(
  argv: readonly string[],
  cwd: string,
  workspace: string,
  look: Compute["look"],
): Promise<string | null> {
  const module = moduleInCommand(argv);
  if (module !== null) return scriptOfModule(module, [cwd, path.join(cwd, "src"), workspace], look);
  const script = argv.slice(1).find((word) => /\.py$/i.test(word) && !word.startsWith("-"));
  const place = script === undefined ? null : path.resolve(cwd, script);
  return place !== null && (await look(place)) === "file" ? place : null;
}

function withModules(
  environment: Readonly<Record<string, string>>,
  root: string,
): Readonly<Record<string, string>> {
  const before = environment.PYTHONPATH;
  return { ...environment, PYTHONPATH: before ? `${root}${path.delimiter}${before}` : root };
}

/** Paths inside the workspace are kept relative to it with `/`, others absolute. */
export function pathInRecords(place: string, workspace: string): string {
  return isInside(place, workspace) ? path.relative(workspace, place).split(path.sep).join("/") : place;
}

function isInside(place: string, folder: string): boolean {
  const way = path.relative(folder, place);
  return way !== "" && way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

/** The script's folder and those above it, the workspace last. */
function foldersUpTo(folder: string, workspace: string): readonly string[] {
  const folders: string[] = [];
  for (let at = folder; isInside(at, workspace); at = path.dirname(at)) folders.push(at);
  if (folders.length === 0 && folder !== workspace) folders.push(folder);
  return [...folders, workspace];
}
