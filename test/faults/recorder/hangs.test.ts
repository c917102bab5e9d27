/** Programs that never answer and pipes that others hold: none of them keeps a run from its end. */

import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Bench, type Recording } from "../../unit/recorder/recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  for (const pid of holders()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // The recorder has ended it.
    }
  }
  bench.remove();
});

/** Processes that the stand-ins left behind, as they note them themselves: their working directory is anybody's. */
const noted = () => join(bench.workspace, "holders");
const holders = () =>
  existsSync(noted()) ? readFileSync(noted(), "utf8").trim().split("\n").map(Number) : [];

/** A stand-in; `hold` in it starts a child that keeps the pipe open. */
const program = (name: string, text: string) =>
  chmodSync(
    bench.write(`bin/${name}`, `#!/bin/sh\nhold() { sleep 600 & echo $! >> '${noted()}'; }\n${text}`),
    0o755,
  );
const withBin = () => ({ PATH: `${join(bench.workspace, "bin")}:${process.env.PATH}` });
const notices = (run: Recording) => run.of("notice").map(({ code }) => code);

test("an interpreter that does not say what is installed, and whose child holds the pipe", async () => {
  program("python3", '[ "$1" = -c ] || exit 0\nhold\nwait\n');
  const run = bench.recording([join(bench.workspace, "bin/python3"), "train.py"]);
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: 0, reason: "exited" });
  expect(notices(run)).toEqual(["environment_unknown"]);
});

test("an interpreter that answers and leaves a child at its pipe", async () => {
  program("python3", `[ "$1" = -c ] || exit 0\nhold\necho '["/p", "3.9.1", {"torch": "2"}]'\n`);
  const run = bench.recording([join(bench.workspace, "bin/python3"), "train.py"]);
  await run.ended();
  expect(run.of("environment")).toMatchObject([{ version: "3.9.1", packages: { torch: "2" } }]);
  expect(notices(run)).toEqual([]);
});

test("more packages than a pipe holds", async () => {
  const packages = Object.fromEntries([...Array(5000).keys()].map((at) => [`package-number-${at}`, "1.0"]));
  bench.write("answer", JSON.stringify(["/p", "3.9.1", packages]));
  program("python3", '[ "$1" = -c ] && exec cat answer\nsleep 2\n');
  const run = bench.recording([join(bench.workspace, "bin/python3"), "train.py"]);
  await run.ended();
  expect(Object.keys(run.of("environment")[0]?.packages ?? {})).toHaveLength(5000);
});

test("an nvidia-smi whose child holds the pipe, and one that never answers", async () => {
  program("nvidia-smi", `case "$1" in *=index*) echo '0, GPU-a, 5, 1, 2, 3, 4' ;; esac\nhold\n`);
  const capture = { system_interval_seconds: 0.5 } as never;
  const run = bench.recording(["sh", "-c", "until [ -e enough ]; do sleep 0.05; done"], { capture });
  run.start(withBin());
  await run.until("journal.jsonl", (text) => text.includes("gpu0_percent"));
  bench.write("enough", "");
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: 0 });
  expect(run.of("system").at(-1)?.values).toMatchObject({ gpu0_percent: 5 });
  program("nvidia-smi", "trap '' TERM INT\nhold\nwait\n");
  const mute = bench.recording(["sh", "-c", "sleep 1.2"], { capture });
  await mute.start(withBin()).ended();
  expect(mute.exit).toMatchObject({ exit_code: 0 });
});
