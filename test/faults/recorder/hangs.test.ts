/** Programs that never answer and pipes that others hold: none of them keeps a run from its end. */

import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Bench, type Recording } from "../../unit/recorder/recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  for (const name of ["holder", "holder2"]) {
    try {
      process.kill(Number(bench.read(name)), "SIGKILL");
    } catch {
      // It was never begun, or the recorder has ended it.
    }
  }
  bench.remove();
});

const program = (name: string, text: string) =>
  chmodSync(bench.write(`bin/${name}`, `#!/bin/sh\n${text}`), 0o755);
const withBin = () => ({ PATH: `${join(bench.workspace, "bin")}:${process.env.PATH}` });
const notices = (run: Recording) => run.of("notice").map(({ code }) => code);

test("an interpreter that does not say what is installed, and whose child holds the pipe", async () => {
  program("python3", '[ "$1" = -c ] || exit 0\nsleep 600 &\necho $! > holder\nwait\n');
  const run = bench.recording([join(bench.workspace, "bin/python3"), "train.py"]);
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: 0, reason: "exited" });
  expect(notices(run)).toEqual(["environment_unknown"]);
});

test("an interpreter that answers and leaves a child at its pipe", async () => {
  program(
    "python3",
    `[ "$1" = -c ] || exit 0\nsleep 600 &\necho $! > holder\necho '["/p", "3.9.1", {"torch": "2"}]'\n`,
  );
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
  program(
    "nvidia-smi",
    `case "$1" in *=index*) echo '0, GPU-a, 5, 1, 2, 3, 4' ;; esac\nsleep 600 &\necho $! > holder\n`,
  );
  const capture = { system_interval_seconds: 0.5 } as never;
  const run = bench.recording(["sh", "-c", "sleep 1.8"], { capture });
  await run.start(withBin()).ended();
  expect(run.exit).toMatchObject({ exit_code: 0 });
  expect(run.of("system").at(-1)?.values).toMatchObject({ gpu0_percent: 5 });
  program("nvidia-smi", "trap '' TERM INT\nsleep 600 &\necho $! > holder2\nwait\n");
  const mute = bench.recording(["sh", "-c", "sleep 1.2"], { capture });
  await mute.start(withBin()).ended();
  expect(mute.exit).toMatchObject({ exit_code: 0 });
});
