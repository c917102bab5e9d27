/** A run from its specification to its exit record, with real recorders. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, recorderFolder } from "./recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

const sha256 = (data: string | Buffer) => `sha256:${createHash("sha256").update(data).digest("hex")}`;

describe("start and end", () => {
  test("an ordinary run leaves a start record, the log, the journal and an exit record with their sizes", async () => {
    const run = bench.python("print('step 1: loss 0.5')\nprint('bye')\n");
    expect(await run.ended()).toBe(0);
    expect(run.text("output.log")).toBe("step 1: loss 0.5\nbye\n");
    expect(run.exit).toMatchObject({
      run_id: run.id,
      attempt: 1,
      exit_code: 0,
      signal: null,
      reason: "exited",
      error: null,
    });
    expect(run.exit.log_bytes).toBe(statSync(run.path("output.log")).size);
    expect(run.exit.journal_bytes).toBe(statSync(run.path("journal.jsonl")).size);
    const start = run.startRecord;
    expect(start).toMatchObject({ run_id: run.id, attempt: 1, pgid: start.pid });
    expect(start.start_ticks).toBeGreaterThan(0);
    expect(start.recorder_start_ticks).toBeGreaterThan(0);
    expect(start.boot_id).toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
    expect(run.journal[0]).toMatchObject({ kind: "attempt", attempt: 1 });
    expect(run.of("metric")).toMatchObject([{ step: 1, values: { loss: 0.5 }, source: "stdout" }]);
  });

  test("the exit code is the script's, and a traceback is no metric", async () => {
    const run = bench.python("loss = 0.5\nraise SystemExit(7)\n");
    await run.ended();
    expect(run.exit).toMatchObject({ exit_code: 7, signal: null, reason: "exited" });
    expect(run.of("metric")).toEqual([]);
  });

  test("a failed run says what failed, without secrets", async () => {
    const run = bench.python("print('hi')\nopen('data/v2.csv')\n");
    await run.ended();
    const error = "FileNotFoundError: [Errno 2] No such file or directory: 'data/v2.csv'";
    expect(run.exit).toMatchObject({ exit_code: 1, reason: "exited", error });
    const secret = bench.python("raise OSError('https://ana:pw@host/ ' + 'é' * 900)\n");
    await secret.ended();
    expect(secret.exit.error).toMatch(/^OSError: https:\/\/•••@host\/ é+/);
    expect(statSync(secret.path("exit.json")).size).toBe(1024);
  });

  test("a signal is named", async () => {
    const run = bench.recording(["sh", "-c", "kill -SEGV $$"]);
    await run.ended();
    expect(run.exit).toMatchObject({ exit_code: null, signal: "SIGSEGV", reason: "exited" });
  });

  test("a command that does not exist, and a folder that does not exist", async () => {
    const missing = bench.recording(["no-such-command"]);
    await missing.ended();
    expect(missing.exit).toMatchObject({ exit_code: null, reason: "not_started" });
    expect(missing.exit.error).toContain("no-such-command was not found");
    expect(missing.text("start.json")).toBeNull();
    const nowhere = bench.recording(["true"], { cwd: join(bench.folder, "nowhere") });
    await nowhere.ended();
    expect(nowhere.exit.error).toContain("does not exist");
  });

  test("wrong use and an unreadable specification are said", async () => {
    const run = bench.recording(["true"]);
    writeFileSync(run.path("spec.json"), "{");
    expect(await run.ended()).toBe(3);
    expect(run.printed).toContain("spec.json can't be read");
  });

  test("the script is in its own session, unbuffered, carries the mark, and reads nothing", async () => {
    const run = bench.python(
      "import os, sys\nprint(os.getsid(0) == os.getpid(), os.environ['PYTHONUNBUFFERED'], os.environ['RUNLINE_RUN_ID'], repr(sys.stdin.read()))\n",
    );
    await run.ended();
    expect(run.text("output.log")).toBe(`True 1 ${run.id} ''\n`);
  });

  test("signals that were ignored around us are not ignored in the script", async () => {
    const run = bench.python(
      "import signal\nprint(signal.getsignal(signal.SIGINT).__name__, int(signal.getsignal(signal.SIGHUP)))\n",
    );
    await run.start({}, ["sh", "-c", 'trap "" INT HUP; exec "$@"', "sh"]).ended();
    expect(run.text("output.log")).toBe("default_int_handler 0\n");
  });

  test("a daemon that keeps the output open does not keep the run open", async () => {
    const daemon = "setsid sh -c 'echo $$; echo $$ > daemon; exec sleep 60' &";
    const run = bench.recording(["sh", "-c", `${daemon} until [ -s daemon ]; do sleep 0.05; done; exit 0`]);
    await run.ended();
    process.kill(Number(bench.read("daemon")), "SIGKILL");
    expect(run.text("output.log")).toBe(bench.read("daemon"));
    expect(run.exit).toMatchObject({ exit_code: 0, reason: "exited" });
    expect(run.of("notice").map((notice) => notice.code)).toEqual(["output_still_open"]);
  });

  test("file names and arguments with spaces, quotes, line breaks and emoji", async () => {
    const name = "a b'\"\n🦦.txt";
    bench.write(name, "x");
    const run = bench.recording([
      "python3",
      "-c",
      "import sys; open(sys.argv[1]).read(); print(sys.argv[1])",
      name,
    ]);
    await run.ended();
    expect(run.text("output.log")).toBe(`${name}\n`);
    expect(run.of("read").map((record) => record.path)).toEqual([name]);
  });
});

describe("capture", () => {
  test("parameters, with defaults, and without secrets", async () => {
    const run = bench.python(`
import argparse
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.1)
p.add_argument("--hub-token")
p.add_argument("--note", default=None)
p.add_argument("--url", default="https://ana:secret@host/x")
p.add_argument("command", nargs=argparse.REMAINDER)
p.parse_args(["--hub-token", "abc123", "sh", "-c", "API_KEY=secret run"])
`);
    await run.ended();
    const found = Object.fromEntries(run.of("parameter").map((record) => [record.key, record.value]));
    expect(found).toEqual({
      lr: "0.1",
      hub_token: "•••",
      note: "None",
      url: "https://•••@host/x",
      command: "['sh', '-c', 'API_KEY=••• run']",
    });
    expect(readFileSync(run.path("journal.jsonl"), "utf8")).not.toContain("secret");
  });

  test("without a parser, the command line speaks", async () => {
    const run = bench.recording(["sh", "-c", "true", "x", "--lr", "0.5", "--password=p"]);
    await run.ended();
    expect(run.of("parameter").map(({ key, value, source }) => ({ key, value, source }))).toEqual([
      { key: "lr", value: "0.5", source: "argv" },
      { key: "password", value: "•••", source: "argv" },
    ]);
  });

  test("files read and written, with digests; code and temporary files left out", async () => {
    bench.write("data/train.csv", "a,b\n1,2\n");
    bench.write("helper.py", "X = 1\n");
    execFileSync(
      "python3",
      ["-c", "import sqlite3; sqlite3.connect('old.sqlite').execute('create table t (x)')"],
      {
        cwd: bench.workspace,
      },
    );
    const run = bench.python(`
import os, sqlite3, helper
open("data/train.csv").read()
os.makedirs("models")
open("models/tmp", "w").write("weights")
os.replace("models/tmp", "models/final.bin")
open("models/final.bin").read()
os.makedirs("tmp-checkpoint"); open("tmp-checkpoint/state.bin", "w").write("s"); os.rename("tmp-checkpoint", "checkpoint")
open("gone.txt", "w").write("x"); os.remove("gone.txt")
open("/etc/hostname").read()
try: open("missing.csv")
except OSError: pass
os.chdir("data"); open("../out.txt", "w").write("done")
sqlite3.connect("db.sqlite").execute("create table t (x)")
sqlite3.connect("../old.sqlite").execute("select * from t").fetchall()
open("train.csv", "r+").read()
`);
    await run.ended();
    expect(run.of("read").map(({ path, digest, how }) => ({ path, digest, how }))).toEqual([
      { path: "data/train.csv", digest: sha256("a,b\n1,2\n"), how: "audit" },
      { path: "old.sqlite", digest: sha256(readFileSync(join(bench.workspace, "old.sqlite"))), how: "audit" },
    ]);
    expect(run.of("write").map(({ path }) => path)).toEqual([
      "checkpoint/state.bin",
      "data/db.sqlite",
      "models/final.bin",
      "out.txt",
    ]);
    expect(run.of("artifact")).toMatchObject([
      { path: "models/final.bin", origin: "models/final.bin", bytes: 7, digest: sha256("weights") },
    ]);
    expect(readFileSync(run.path("artifacts/models/final.bin"), "utf8")).toBe("weights");
    expect(run.json<{ artifacts: unknown[] }>("artifacts/manifest.json").artifacts).toHaveLength(1);
  });

  test("a folder of many files is one data set; workers report too", async () => {
    for (let index = 0; index < 200; index++) bench.write(`data/img/${index % 2}/${index}.txt`, `${index}`);
    const run = bench.python(`
import glob, multiprocessing
def read(path): return len(open(path).read())
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(3) as pool: pool.map(read, sorted(glob.glob("data/img/*/*.txt")))
`);
    await run.ended();
    const [record, ...more] = run.of("read");
    expect(more).toEqual([]);
    expect(record).toMatchObject({ path: "data/img", type: "folder", files: 200, how: "audit" });
    const manifest = Array.from({ length: 200 }, (_, index) => `${index % 2}/${index}.txt`)
      .sort()
      .map((path) => `${sha256(path.replace(/.*\/|\.txt/g, "")).slice(7)}  ${path}\n`)
      .join("");
    expect(record?.digest).toBe(sha256(manifest));
  });

  test("data folders outside the workspace, and nothing else outside", async () => {
    const outside = join(bench.folder, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "x.csv"), "x");
    const text = `open(${JSON.stringify(join(outside, "x.csv"))}).read()\n`;
    const with_ = bench.python(text, { capture: { data_folders: [outside] } as never });
    const without = bench.python(text);
    await Promise.all([with_.ended(), without.ended()]);
    expect(with_.of("read").map((record) => record.path)).toEqual([join(outside, "x.csv")]);
    expect(without.of("read")).toEqual([]);
  });

  test("a file changed after it was read is said to be changed", async () => {
    const path = bench.write("data.csv", "1");
    const run = bench.python(
      "import sys\nopen('data.csv').read()\nprint('read', flush=True)\nopen('/dev/null').read()\nwhile not __import__('os').path.exists('go'): pass\n",
    );
    run.start();
    await run.until("output.log", (text) => text.includes("read"));
    writeFileSync(path, "22");
    bench.write("go", "");
    await run.ended();
    expect(run.of("read").find((record) => record.path === "data.csv")).toMatchObject({
      changed: true,
      digest: sha256("22"),
    });
  });

  test("a program that is not Python is seen by the kernel's notices", async () => {
    bench.write("data/x.csv", "a,b\n");
    // The recorder watches both folders some time after the start.
    const watched = '[ "$(cat /proc/$PPID/fdinfo/* 2>/dev/null | grep -c ^inotify)" -ge 2 ]';
    const text = `until ${watched}; do sleep 0.05; done; exec 3<data/x.csv; echo hi > out.txt; sleep 0.3`;
    const run = bench.recording(["sh", "-c", text]);
    await run.ended();
    expect(run.of("read").map(({ path, how }) => ({ path, how }))).toEqual([
      { path: "data/x.csv", how: "inotify" },
    ]);
    expect(run.of("write").map(({ path, how }) => ({ path, how }))).toEqual([
      { path: "out.txt", how: "inotify" },
    ]);
  });

  test("two runs in one workspace do not see each other's files", async () => {
    const text = (name: string) =>
      `import time\nfor i in range(20):\n    open("${name}", "w").write("x"); time.sleep(0.02)\n`;
    const [one, two] = [bench.python(text("one.txt")), bench.python(text("two.txt"))];
    await Promise.all([one.ended(), two.ended()]);
    expect(one.of("write").map((record) => record.path)).toEqual(["one.txt"]);
    expect(two.of("write").map((record) => record.path)).toEqual(["two.txt"]);
  });

  test("the environment is the script's interpreter's", async () => {
    const run = bench.python("pass\n");
    await run.ended();
    const [environment] = run.of("environment");
    expect(environment?.interpreter).toMatch(/python/);
    expect(environment?.version).toMatch(/^3\.\d+\.\d+$/);
  });

  test("TensorBoard files as they grow", async () => {
    const fixture = new URL("../../fixtures/tensorboard/simple.tfevents", import.meta.url).pathname;
    const run = bench.python(`
import os, time
data = open(${JSON.stringify(fixture)}, "rb").read()
os.makedirs("runs/a")
with open("runs/a/events.out.tfevents.%d.host.%d.0" % (time.time(), os.getpid()), "wb", buffering=0) as out:
    for at in range(0, len(data), 100): out.write(data[at:at + 100]); time.sleep(0.01)
`);
    await run.ended();
    expect(run.of("metric").map(({ step, values }) => [step, values])).toEqual([
      [0, { loss: 1 }],
      [1, { loss: 0.5 }],
      [2, { loss: Math.fround(1 / 3) }],
      [3, { loss: 0.25 }],
      [4, { bad: "NaN" }],
    ]);
  });

  test("TensorBoard writers in several folders keep their tags apart", async () => {
    const fixture = new URL("../../fixtures/tensorboard/tensor.tfevents", import.meta.url).pathname;
    const run = bench.python(`
import os, shutil, time
for name in ("logs/train", "logs/validation"):
    os.makedirs(name)
    shutil.copyfile(${JSON.stringify(fixture)}, "%s/events.out.tfevents.%d.host.%d.0" % (name, time.time(), os.getpid()))
`);
    await run.ended();
    const keys = new Set(run.of("metric").flatMap((record) => Object.keys(record.values)));
    expect(keys).toContain("train/acc");
    expect(keys).toContain("validation/acc");
    expect(keys).not.toContain("acc");
  });

  test("readers that open files in native code, by their entry points", async () => {
    // Stand-ins that read where the audit hook can't see it, laid out as the real packages are.
    const native =
      "import subprocess\ndef {}(source): return subprocess.run(['cat', source], capture_output=True).stdout\n";
    bench.write("lib/polars/__init__.py", `${native.replace("{}", "scan_csv")}class DataFrame: pass\n`);
    bench.write("lib/pyarrow/__init__.py", "");
    bench.write("lib/pyarrow/parquet/__init__.py", "from pyarrow.parquet.core import read_table\n");
    bench.write("lib/pyarrow/parquet/core.py", native.replace("{}", "read_table"));
    for (const name of ["a.csv", "b.parquet", "c.parquet"]) bench.write(`data/${name}`, name);
    const run = bench.python(`
import polars, pyarrow.parquet as pq
from pyarrow.parquet.core import read_table
print(polars.scan_csv(source="data/a.csv"), pq.read_table("data/b.parquet"), read_table(source="data/c.parquet"))
`);
    await run.start({ PYTHONPATH: join(bench.workspace, "lib") }).ended();
    expect(run.text("output.log")).toBe("b'a.csv' b'b.parquet' b'c.parquet'\n");
    expect(run.of("read").map(({ path, how }) => [path, how])).toEqual([
      ["data/a.csv", "wrapped"],
      ["data/b.parquet", "wrapped"],
      ["data/c.parquet", "wrapped"],
    ]);
  });

  test("a launcher's own arguments are no parameters of the script", async () => {
    bench.write(
      "lib/hydra/main.py",
      "import argparse\ndef main():\n    p = argparse.ArgumentParser()\n    p.add_argument('overrides', nargs='*')\n    p.parse_args()\n",
    );
    bench.write("lib/hydra/__init__.py", "");
    bench.write("train.py", "from hydra.main import main\nmain()\n");
    const run = bench.recording(["python3", "train.py", "lr=0.1", "model.depth=3"]);
    await run.start({ PYTHONPATH: join(bench.workspace, "lib") }).ended();
    expect(run.of("parameter").map(({ key, value }) => [key, value])).toEqual([
      ["lr", "0.1"],
      ["model.depth", "3"],
    ]);
  });

  test("system metrics of the process tree", async () => {
    const capture = { system_interval_seconds: 0.5 } as never;
    const run = bench.python(
      `x = bytearray(50_000_000)\nimport os\nwhile not os.path.exists("enough"): pass\n`,
      { capture },
    );
    run.start();
    // The first is of the moments before the script has come to anything.
    await run.until("journal.jsonl", (text) => text.split('"kind":"system"').length > 3);
    bench.write("enough", "");
    await run.ended();
    const values = run.of("system")[2]?.values ?? {};
    expect(values.memory_bytes).toBeGreaterThan(50_000_000);
    expect(values.cpu_percent).toBeGreaterThan(0);
  });
});

test("GPUs as nvidia-smi lists them: of the host, and of the run's own processes", async () => {
  bench.write(
    "bin/nvidia-smi",
    `#!/bin/sh
case "$1" in
*=index*) printf '0, GPU-aaaa, 97, 1024, 81559, 61, 300.25\\n1, GPU-bbbb, [N/A], 12, 81559, 30, [Not Supported]\\n' ;;
*) printf "GPU-aaaa, $(cat "\${0%/*}/../pid"), 512\\nGPU-aaaa, 1, 99\\n" ;;
esac
`,
  );
  chmodSync(join(bench.workspace, "bin/nvidia-smi"), 0o755);
  const run = bench.recording(["sh", "-c", "echo $$ > pid; until [ -e enough ]; do sleep 0.05; done"], {
    capture: { system_interval_seconds: 0.5 } as never,
  });
  run.start({ PATH: `${join(bench.workspace, "bin")}:${process.env.PATH}` });
  await run.until("journal.jsonl", (text) => text.includes("gpu0_run_memory_bytes"));
  bench.write("enough", "");
  await run.ended();
  expect(run.of("system").at(-1)?.values).toMatchObject({
    gpu0_percent: 97,
    gpu0_memory_bytes: 1024 * 2 ** 20,
    gpu0_memory_total_bytes: 81559 * 2 ** 20,
    gpu0_celsius: 61,
    gpu0_watts: 300.25,
    gpu0_run_memory_bytes: 512 * 2 ** 20,
    gpu1_memory_bytes: 12 * 2 ** 20,
  });
  expect(run.of("system").at(-1)?.values).not.toHaveProperty("gpu1_percent");
});

test("a queue folder that can't be used is said", async () => {
  bench.write("file", "");
  const run = bench.recording(["true"], {
    queue: { folder: join(bench.workspace, "file", "queue"), limit: 1 },
  });
  await run.ended();
  expect(run.exit).toMatchObject({ reason: "not_started" });
  expect(run.exit.error).toContain("Not a directory");
});

describe("where the recorder itself comes from", () => {
  const zipped = () => {
    const zip = join(bench.folder, "recorder.pyz");
    execFileSync("python3", ["-m", "zipapp", recorderFolder, "-o", zip]);
    return zip;
  };

  test("one zip file does all that the folder does", async () => {
    bench.write("data.csv", "x");
    const run = bench.python("open('data.csv').read()\nprint('step 1: loss 0.5')\n");
    await run.start({}, [], zipped()).ended();
    expect(run.of("read").map((record) => record.path)).toEqual(["data.csv"]);
    expect(run.of("metric")).toHaveLength(1);
  });

  test("a run that waits does not need the file any more", async () => {
    const queue = { folder: join(bench.folder, "queue"), limit: 1 };
    const first = bench.python("import os\nwhile not os.path.exists('go'): pass\n", { queue }).start();
    await first.until("start.json");
    const zip = zipped();
    const run = bench.python("print('step 1: loss 0.5')\n", { queue }).start({}, [], zip);
    await run.until("queue.json");
    rmSync(zip);
    bench.write("go", "");
    await run.ended();
    expect(run.exit).toMatchObject({ exit_code: 0, reason: "exited" });
    expect(run.of("metric")).toHaveLength(1);
    await first.ended();
  });

  test("modules of the project don't get into the recorder", async () => {
    bench.write("lib/select.py", "raise SystemExit('not for you')\n");
    bench.write("lib/subprocess.py", "raise SystemExit('not for you')\n");
    const run = bench.recording(["sh", "-c", "echo $PYTHONPATH"]);
    await run.start({ PYTHONPATH: join(bench.workspace, "lib") }).ended();
    expect(run.exit.exit_code).toBe(0);
    expect(run.text("output.log")).toContain(join(bench.workspace, "lib"));
  });
});

describe("the shim stays out of the way", () => {
  test("a sitecustomize of the user still runs, with PYTHONPATH in order", async () => {
    bench.write("lib/sitecustomize.py", "import sys\nsys.from_user = 'yes'\n");
    bench.write("lib/mine.py", "Y = 2\n");
    const run = bench.python(
      "import sys, mine, sitecustomize\nprint(sys.from_user, mine.Y, sitecustomize.__file__.endswith('lib/sitecustomize.py'), any('shim' in p for p in sys.path))\n",
    );
    await run.start({ PYTHONPATH: join(bench.workspace, "lib") }).ended();
    expect(run.text("output.log")).toBe("yes 2 True False\n");
  });

  test("argparse errors, help and exit codes are unchanged", async () => {
    const text =
      "import argparse\np = argparse.ArgumentParser(prog='p')\np.add_argument('--n', type=int)\np.parse_args(['--n', 'x'])\n";
    const run = bench.python(text);
    await run.ended();
    expect(run.exit.exit_code).toBe(2);
    expect(run.text("output.log")).toBe(
      "usage: p [-h] [--n N]\np: error: argument --n: invalid int value: 'x'\n",
    );
  });

  test("an isolated Python, and a run directory in which nothing can be reported, go on unobserved", async () => {
    const isolated = bench.recording(["python3", "-I", "-c", "print('step 1: loss 0.5')"]);
    const broken = bench.python(
      "import os, shutil\nshutil.rmtree(os.environ['RUNLINE_RUN_DIR'] + '/capture')\nopen('x.txt', 'w').write('x')\nprint('fine')\n",
    );
    await Promise.all([isolated.ended(), broken.ended()]);
    expect(isolated.exit.exit_code).toBe(0);
    expect(isolated.of("metric")).toHaveLength(1);
    expect(broken.exit.exit_code).toBe(0);
    expect(broken.text("output.log")).toBe("fine\n");
  });
});
