import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureBuilt } from "../editor/built.ts";
import type { BenchRow } from "./row.ts";

const frame = new Set(["all.ts", "row.ts"]);
const say = (line: string) => process.stderr.write(`${line}\n`);

function table(rows: readonly BenchRow[]): string {
  const shown = [
    { name: "what", budget: "budget", measured: "measured", mark: "" },
    ...rows.map((row) => ({ ...row, mark: row.ok ? "✓" : "✗" })),
  ];
  const width = (of: "name" | "budget" | "measured") => Math.max(...shown.map((row) => row[of].length));
  const [name, budget, measured] = [width("name"), width("budget"), width("measured")];
  return shown
    .map(
      (row) =>
        `${row.name.padEnd(name)}  ${row.budget.padStart(budget)}  ${row.measured.padStart(measured)}  ${row.mark}`,
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

async function rowsOf(file: string): Promise<readonly BenchRow[]> {
  try {
    const { bench } = (await import(path.join(import.meta.dirname, file))) as {
      bench(): Promise<readonly BenchRow[]>;
    };
    return await bench();
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return [{ name: path.basename(file, ".ts"), budget: "runs", measured: "failed", ok: false }];
  }
}

/** Runs every file beside this one that exports `bench`, one after the other, so that they don't disturb each other. */
export async function runBench(args: readonly string[]): Promise<void> {
  const filters = args.filter((arg) => !arg.startsWith("--"));
  const failed = await ensureBuilt(say);
  if (failed !== undefined) throw new Error(failed);
  const files = fs
    .readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts") && !frame.has(file))
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .sort();
  const rows: BenchRow[] = [];
  for (const file of files) {
    say(`measuring ${path.basename(file, ".ts")} …`);
    rows.push(...(await rowsOf(file)));
  }
  const machine = `${os.cpus().length} cores, Node ${process.versions.node}, ${os.platform()} ${os.arch()}`;
  process.stdout.write(
    args.includes("--json")
      ? `${JSON.stringify({ machine, rows }, null, 2)}\n`
      : `${table(rows)}${machine}\n`,
  );
  process.exitCode = rows.every((row) => row.ok) ? 0 : 1;
}
