import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt } from "../editor/built.ts";
import { table } from "./figuresTable.ts";
import { type BenchRow, figure } from "./row.ts";
import { say } from "./say.ts";
import { short } from "./size.ts";

const usage = `Usage: npm run bench -- [--only NAME]… [--short] [--json FILE | --json -]
  --only NAME   only the parts whose name contains it (also without --only)
  --json FILE   the figures for machines, too; "-" prints them instead of the table
  --short       with a tenth of the points
`;

/** Parts that stand beside this file: each exports `bench` and says in its first line what it measures. */
function parts(wanted: readonly string[]): string[] {
  const names = fs
    .readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => /^export (async )?function bench\b/m.test(read(file)))
    .map((file) => path.basename(file, ".ts"));
  return names.filter((name) => wanted.length === 0 || wanted.some((each) => name.includes(each))).sort();
}

const read = (file: string) => fs.readFileSync(path.join(import.meta.dirname, file), "utf8");
const load = () => (os.loadavg()[0] ?? 0).toFixed(1);

/** A part that fails is a missed line with its cause, and the others are measured all the same. */
async function rowsOf(part: string): Promise<readonly BenchRow[]> {
  try {
    const { bench } = (await import(path.join(import.meta.dirname, `${part}.ts`))) as {
      bench(): Promise<readonly BenchRow[]>;
    };
    return await bench();
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return [{ name: part, budget: "can be measured", measured: "failed", ok: false }];
  }
}

/**
 * Measures one part after the other, so that they don't disturb each other, and prints budget against figure. The exit code is 0
 * whatever the figures are: they depend on the machine and its load, and a build must not. 2 for arguments that are wrong.
 */
export async function runBench(args: readonly string[]): Promise<void> {
  const asked = argumentsOf(args);
  if (asked === null) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const chosen = parts(asked.only);
  if (chosen.length === 0) {
    say(`Nothing is called ${asked.only.join(" or ")}. There are: ${parts([]).join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  const failed = await ensureBuilt(say);
  if (failed !== undefined) throw new Error(failed);
  const measured: MeasuredPart[] = [];
  for (const [index, part] of chosen.entries()) {
    const before = load();
    say(`[${index + 1}/${chosen.length}] ${part} (load ${before}) …`);
    const began = performance.now();
    const rows = await rowsOf(part);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    measured.push({ part, load: before, seconds, rows });
    say(table(rows).replace(/^/gm, "    ").trimEnd());
  }
  report(measured, asked.json);
}

interface MeasuredPart {
  readonly part: string;
  /** Load average of the last minute before it began. */
  readonly load: string;
  readonly seconds: number;
  readonly rows: readonly BenchRow[];
}

/** Prints the table, or with "-" the same for machines; a file for machines is written beside it. */
function report(measured: readonly MeasuredPart[], json: string | null): void {
  const machine = {
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.cpus().length,
    memoryGigabytes: Math.round(os.totalmem() / 1e9),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
  };
  const text = `${JSON.stringify({ date: new Date().toISOString(), machine, full: !short, parts: measured }, null, 2)}\n`;
  if (json !== null && json !== "-") fs.writeFileSync(json, text);
  const rows = measured.flatMap((each) => each.rows);
  process.stdout.write(
    json === "-" ? text : `${table(rows)}\n${summary(rows, measured)}\n${machineLine(machine)}\n`,
  );
}

function argumentsOf(args: readonly string[]): { json: string | null; only: readonly string[] } | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "string" },
        only: { type: "string", multiple: true },
        short: { type: "boolean" },
      },
    });
    return { json: values.json ?? null, only: [...(values.only ?? []), ...positionals] };
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function summary(rows: readonly BenchRow[], measured: readonly MeasuredPart[]): string {
  const missed = rows.filter((row) => !row.ok).length;
  const kept = rows.filter((row) => row.ok && row.budget !== "").length;
  const loads = measured.map((each) => Number(each.load));
  const cores = os.cpus().length;
  const busy =
    Math.max(...loads) > cores
      ? " It was busy with other work too: times are longer than they would be alone."
      : "";
  const minutes = figure(measured.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  return `${kept} budgets kept, ${missed} missed, in ${minutes} minutes. Load of the machine while measuring: ${Math.min(...loads)} to ${Math.max(...loads)} on ${cores} cores.${busy}`;
}

function machineLine(machine: {
  cpu: string;
  cores: number;
  memoryGigabytes: number;
  system: string;
  node: string;
}) {
  return `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}, Node ${machine.node}`;
}
