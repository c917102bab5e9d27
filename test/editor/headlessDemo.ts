/** The main job without an editor, through the CLI: three tracked runs, their comparison, the lineage of the best, its promotion. */

import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "./built.ts";
import type { Say } from "./need.ts";
import { copySample } from "./sampleCopy.ts";

interface ListedRun {
  readonly name: string;
  readonly metrics: Readonly<Record<string, { readonly last: number }>>;
}

const cli = path.join(projectRoot, "dist", "cli.cjs");
const model = "digits";
const trials = [
  ["--lr", "0.02"],
  ["--lr", "0.1"],
  ["--lr", "0.5", "--hidden", "32"],
];

/** Prints a command as a person would type it, then what it says. */
async function step(folder: string, say: Say, what: string, args: readonly string[]): Promise<void> {
  say(`\n# ${what}\n$ runline ${args.map((arg) => (/[^\w./=@-]/.test(arg) ? `"${arg}"` : arg)).join(" ")}`);
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.pipe(process.stdout, { end: false });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`runline ${args[0]} ended with ${code}`);
}

async function json<T>(folder: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args, "--json"], { cwd: folder });
  return JSON.parse(stdout) as T;
}

/** Runs the demo in a new copy of the sample, which is kept for a look where that is asked. Throws where a step fails. */
export async function demo(say: Say, keep: boolean): Promise<void> {
  const folder = copySample();
  const at = (what: string, ...args: readonly string[]) => step(folder, say, what, args);
  try {
    for (const [index, parameters] of trials.entries())
      await at(`Run ${index + 1} of ${trials.length}`, "run", "train.py", ...parameters);

    const runs = await json<ListedRun[]>(folder, "runs");
    const accuracy = (run: ListedRun) => run.metrics.val_acc?.last ?? Number.NEGATIVE_INFINITY;
    const best = runs.toSorted((a, b) => accuracy(b) - accuracy(a))[0];
    if (best === undefined) throw new Error("no run was listed");
    await at("All runs", "runs");
    await at("What differs between them", "compare", ...runs.map((run) => run.name));

    say(`\nThe best is ${best.name} with val_acc ${accuracy(best)}.`);
    await at("What it was made from, and what it made", "lineage", best.name);

    const { files } = await json<{ files: { path: string; direction: string }[] }>(folder, "show", best.name);
    const file = files.find((it) => it.direction !== "read" && /(^|\/)model\.\w+$/.test(it.path));
    if (file === undefined) throw new Error(`${best.name} wrote no model file`);
    await at("Register its model", "register", best.name, file.path, "--model", model);
    const reason = `best val_acc of ${runs.length} runs`;
    await at("Promote it", "promote", model, "1", "--alias", "champion", "--reason", reason);
    await at("Where the champion comes from", "lineage", `${model}@champion`);
    await at("Check that nobody has changed the history", "audit", "verify");
    say(keep ? `\nDone. The sample with its runs: ${folder}` : "\nDone.");
  } finally {
    if (!keep) fs.rmSync(path.dirname(folder), { recursive: true, force: true, maxRetries: 5 });
  }
}
