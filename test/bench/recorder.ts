/** What being recorded costs the script: per logged call, and before its first instruction. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runSpec } from "../fixtures/runSpec.ts";
import { atMost, type BenchRow } from "./row.ts";

const recorder = fileURLToPath(new URL("../../src/recorder", import.meta.url));
// The interpreter itself: a version manager's `python3` may be a script that takes longer to start than everything measured here.
const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
}).trim();
const calls = 50_000;
const logging = `
import json, sys, time
t = time.perf_counter()
for i in range(${calls}): print(f"step {i}: loss {1 / (i + 1):.4f} acc {i / ${calls}:.4f} lr 0.1 norm {i % 7}")
open(sys.argv[1], "w").write(str((time.perf_counter() - t) / ${calls} * 1e6))
`;

/** Median of three for the cost of a call, of fifteen for the start, on the recorder as it is shipped: one zip file. */
export async function bench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "runline-bench-"));
  try {
    const zip = join(folder, "recorder.pyz");
    execFileSync(python, ["-m", "zipapp", recorder, "-o", zip]);
    writeFileSync(join(folder, "logging.py"), logging);
    const extra: number[] = [];
    for (let index = 0; index < 3; index++) {
      const bare = piped(folder);
      extra.push((await recorded(folder, zip)) - bare);
    }
    const starts: number[] = [];
    for (let index = 0; index < 15; index++) starts.push(await start(folder, zip));
    return [
      atMost("recorder: a logged call of 4 scalars, beyond a bare pipe", 15, median(extra), "µs"),
      atMost("recorder: start-up until the script runs", 60, median(starts), "ms"),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Microseconds a call takes when `cat` reads the output. */
function piped(folder: string): number {
  const command = 'PYTHONUNBUFFERED=1 "$0" logging.py "$1" | cat > /dev/null';
  execFileSync("sh", ["-c", command, python, join(folder, "cost")], { cwd: folder });
  return Number(readFileSync(join(folder, "cost"), "utf8"));
}

/** Microseconds a call takes under the recorder. */
async function recorded(folder: string, zip: string): Promise<number> {
  await run(folder, zip, [python, "logging.py", join(folder, "cost")]);
  return Number(readFileSync(join(folder, "cost"), "utf8"));
}

/** Milliseconds from the start of the recorder to the script's first sign of life. */
async function start(folder: string, zip: string): Promise<number> {
  const begin = performance.timeOrigin + performance.now();
  const log = await run(folder, zip, ["date", "+%s%N"]);
  return Number(BigInt(log.trim()) / 1000n) / 1000 - begin;
}

async function run(folder: string, zip: string, argv: readonly string[]): Promise<string> {
  const directory = mkdtempSync(join(folder, "run-"));
  mkdirSync(directory, { recursive: true });
  const spec = runSpec(
    { run_id: "01990000000000000000000000000000", argv, workspace: folder },
    { grace_seconds: [1, 1] },
  );
  writeFileSync(join(directory, "spec.json"), JSON.stringify(spec));
  // As it is launched: isolated, without site packages.
  await once(spawn(python, ["-I", "-S", "-B", zip, "run", directory], { stdio: "ignore" }), "close");
  return readFileSync(join(directory, "output.log"), "utf8");
}
