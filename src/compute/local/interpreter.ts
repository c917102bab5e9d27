/** Finding the Python that a script should run with: an explicit choice, else what lies beside the script, else the PATH. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { RunlineError } from "../../model/failure.ts";
import type { Interpreter, InterpreterWish } from "../compute.ts";
import { environmentRoots } from "./environment.ts";

const windows = process.platform === "win32";
const answerLimitMs = 15_000;
const oldestForRecorder = [3, 8] as const;
const environmentFolders = [".venv", "venv", ".conda", "env"];

type Environment = Readonly<Record<string, string>>;

/** A Python that answered: what it is and what it said about itself. */
interface Answer {
  readonly path: string;
  readonly version: string;
}

/**
 * The first candidate that answers. An explicit choice that does not work is a failure and never silently another Python:
 * the result of a run must not depend on what happens to be installed beside it.
 */
export async function findInterpreter(wish: InterpreterWish, environment: Environment): Promise<Interpreter> {
  const asked = [wish.setting, wish.editor ?? ""].find((choice) => choice.trim() !== "");
  const others = candidates(wish, environment);
  const folder = wish.folders[0] ?? "/";
  const script =
    asked === undefined
      ? await firstThatAnswers(others, folder)
      : await askExplicit(asked, wish, environment);
  if (script === null) throw new RunlineError("noPython", { script: wish.script ?? "the recorder" });
  const recorder = canRecord(script) ? script : await firstThatAnswers(others, folder, canRecord);
  if (recorder === null) throw new RunlineError("noPython", { script: "the recorder" });
  return {
    script: script.path,
    version: script.version,
    recorder: recorder.path,
    environment: await environmentOf(script.path),
  };
}

function candidates({ folders }: InterpreterWish, environment: Environment): readonly string[] {
  const beside = folders.flatMap((folder) => environmentFolders.map((name) => pythonIn(join(folder, name))));
  const active = [environment.VIRTUAL_ENV, environment.CONDA_PREFIX].filter((root) => root !== undefined);
  const names = windows ? ["python.exe", "python3.exe", "py.exe"] : ["python3", "python"];
  const path = (environment.PATH ?? environment.Path ?? "").split(delimiter).filter(isAbsolute);
  const onPath = names.flatMap((name) => path.map((folder) => join(folder, name)));
  return [...new Set([...beside, ...active.map(pythonIn), ...onPath])];
}

function pythonIn(root: string): string {
  return windows ? join(root, "Scripts", "python.exe") : join(root, "bin", "python");
}

async function firstThatAnswers(
  paths: readonly string[],
  folder: string,
  fits: (answer: Answer) => boolean = () => true,
): Promise<Answer | null> {
  for (const path of paths) {
    const answer = await ask(path, folder).catch(() => null);
    if (answer !== null && fits(answer)) return answer;
  }
  return null;
}

async function askExplicit(choice: string, wish: InterpreterWish, environment: Environment): Promise<Answer> {
  const path = explicitPath(choice, wish, environment);
  try {
    const answer = await ask(path, wish.folders[0] ?? "/");
    if (answer !== null) return answer;
  } catch (thrown) {
    throw new RunlineError("pythonBroken", { python: choice, cause: causeOf(thrown) }, thrown);
  }
  throw new RunlineError("pythonBroken", { python: choice, cause: "there is no such file" });
}

function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code, killed } = thrown as Partial<Record<"code" | "killed", unknown>>;
  if (killed === true) return `it did not answer within ${answerLimitMs / 1000} s`;
  if (typeof code === "number") return `it ended with exit code ${code} instead of saying its version`;
  if (code === "EACCES") return "it may not be executed";
  return thrown.message.split("\n")[0] ?? "";
}

/** A path is taken from the nearest folder; a bare name is looked up on the PATH. */
function explicitPath(choice: string, { folders }: InterpreterWish, environment: Environment): string {
  if (isAbsolute(choice)) return choice;
  if (/[/\\]/.test(choice))
    return resolve(folders.at(-1) ?? ".", choice.replace(/^~(?=[/\\])/, environment.HOME ?? "~"));
  const folder = (environment.PATH ?? "")
    .split(delimiter)
    .find((entry) => isAbsolute(entry) && existsSync(join(entry, choice)));
  return join(folder ?? "/", choice);
}

function canRecord({ version }: Answer): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldestForRecorder[0] || (major === oldestForRecorder[0] && minor >= oldestForRecorder[1]);
}

/** Answers by path and time of change, so that a Python is started once to learn what it is and not before every run. */
const remembered = new Map<string, Promise<Answer | null>>();

/**
 * Null when there is no such file; throws when it is there and does not run. It is asked in `folder`, because version managers answer
 * by where they are started.
 */
async function ask(path: string, folder: string): Promise<Answer | null> {
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) return null;
  const key = [path, found.mtimeMs, found.ino, folder].join("\0");
  const known = remembered.get(key) ?? askOnce(path, folder);
  remembered.set(key, known);
  known.catch(() => remembered.delete(key));
  return known;
}

/** What it calls itself is what is used: behind a version manager's stand-in that is the Python that it chose. */
function askOnce(path: string, folder: string): Promise<Answer> {
  const script = "import sys;print('runline %d.%d.%d' % sys.version_info[:3]);print(sys.executable)";
  const options = { cwd: existsSync(folder) ? folder : "/", timeout: answerLimitMs, windowsHide: true };
  return new Promise((resolveAnswer, reject) => {
    execFile(path, ["-I", "-S", "-c", script], options, (error, output) => {
      const [, version, executable = ""] = /^runline (\d+\.\d+\.\d+)\r?\n(.*?)\r?$/m.exec(output) ?? [];
      if (version === undefined) reject(error ?? new Error("it does not answer like a Python"));
      else resolveAnswer({ path: isAbsolute(executable) ? executable : path, version });
    });
  });
}

async function environmentOf(path: string): Promise<Interpreter["environment"]> {
  for (const root of environmentRoots(path)) {
    const folder = resolve(root);
    if (await stat(join(folder, "pyvenv.cfg")).catch(() => null)) return { kind: "venv", root: folder };
    if (await stat(join(folder, "conda-meta")).catch(() => null)) return { kind: "conda", root: folder };
  }
  return null;
}
