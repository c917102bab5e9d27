/** The CLI as its own process, as a terminal or a CI job starts it. */

import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";

const root = path.join(import.meta.dirname, "..", "..", "..");

export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Answer>;
  /** Resolves when standard output or error has shown the text. */
  seen(text: string): Promise<void>;
}

/** Starts a command line; standard output is a pipe, so nothing is colored. */
export function start(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [path.join(root, "src", "cli.ts"), ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let error = "";
  const looks = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    for (const look of looks) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    error += text;
    for (const look of looks) look();
  });
  const done = new Promise<Answer>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, error }));
  });
  return {
    child,
    done,
    seen: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if ((out + error).includes(text)) resolve();
        };
        looks.add(look);
        void done.then(() => reject(new Error(`ended without “${text}”: ${out}${error}`)));
        look();
      }),
  };
}

/** One command line from start to end. */
export function runline(folder: string, ...args: string[]): Promise<Answer> {
  return start(folder, args).done;
}

/** The value that a command prints with `--json`. */
export async function json(folder: string, ...args: string[]): Promise<unknown> {
  const answer = await runline(folder, ...args, "--json");
  if (answer.code !== 0) throw new Error(`${args.join(" ")}: ${answer.code} ${answer.error}`);
  return JSON.parse(answer.out);
}

export async function temporaryFolder(): Promise<string> {
  return realpath(await mkdtemp(path.join(tmpdir(), "runline-cli-")));
}

/** A fresh copy of the sample workspace. */
export async function sampleFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(path.join(root, "media", "sample"), folder, { recursive: true });
  return folder;
}

export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 20 });
}
