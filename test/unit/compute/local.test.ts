import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LaunchRequest } from "../../../src/compute/compute.ts";
import { localCompute } from "../../../src/compute/local/local.ts";
import { isAlive, markedProcesses, statOf } from "../../../src/compute/local/process.ts";
import { failureOf } from "../../../src/model/failure.ts";
import type { RunSpec } from "../../../src/model/journal.ts";
import { isLiving, parseStat } from "../../../src/model/processStat.ts";
import { capture, recorder, until } from "../../faults/stack.ts";

const id = "0190b0e0a5f07c3e8d1a2b3c4d5e6f70";
let folder: string;
let directory: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "runline-local-"));
  directory = path.join(folder, "runs", id);
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

function request(changes: Partial<RunSpec> = {}, python = "python3"): LaunchRequest {
  const argv = ["sh", "-c", "echo hello"];
  const spec: RunSpec = {
    ...{
      version: 1,
      run_id: id,
      name: "n",
      experiment: "e",
      argv,
      shown_argv: argv,
      cwd: folder,
      workspace: folder,
    },
    ...{
      script: null,
      env_names: [],
      created: Date.now(),
      code: null,
      queue: null,
      capture,
      grace_seconds: [1, 1],
    },
    parent: null,
    ...changes,
  };
  return { directory, spec, environment: { PATH: process.env.PATH ?? "" }, python };
}

const look = async () => (await localCompute(recorder).observe([directory]))[0];

test("a launch begins once, and a second one answers like the first", async () => {
  const compute = localCompute(recorder);
  const argv = ["sh", "-c", `echo once >> '${folder}/count'`];
  await Promise.all([
    compute.launch(request({ argv })),
    compute.launch(request({ argv })),
    compute.launch(request({ argv })),
  ]);
  await until("the end", async () => (await look())?.exit);
  await compute.launch(request({ argv }));
  expect(await readFile(path.join(folder, "count"), "utf8")).toBe("once\n");
  expect((await readdir(directory)).filter((name) => name.startsWith("spec.json"))).toEqual(["spec.json"]);
});

test("a recorder that does not start is named with its own words", async () => {
  const broken = path.join(folder, "broken.py");
  await writeFile(broken, "raise SystemExit('recorder: no luck today')");
  const failure = await localCompute(broken).launch(request()).catch(failureOf);
  expect(failure).toMatchObject({
    code: "recorderFailed",
    message: "The recorder did not start: recorder: no luck today.",
    next: `See recorder.log in ${directory}.`,
  });
  const none = await localCompute(recorder).launch(request({}, "/nowhere/python")).catch(failureOf);
  expect(none).toMatchObject({ code: "recorderFailed" });
});

test("a packed recorder is run from a copy that stays when the extension goes", async () => {
  const packed = path.join(folder, "recorder.pyz");
  await promisify(execFile)("python3", ["-m", "zipapp", recorder, "--output", packed]);
  await localCompute(packed).launch(request({ argv: ["sh", "-c", "sleep 0.3; echo late"] }));
  await rm(packed);
  const exit = await until("the end", async () => (await look())?.exit);
  expect(exit).toMatchObject({ exit_code: 0, log_bytes: 5 });
  const kept = (await readdir(path.dirname(directory))).filter((name) => name.endsWith(".pyz"));
  expect(kept).toEqual([expect.stringMatching(/^recorder-[0-9a-f]{16}\.pyz$/)]);
});

test("runs wait for their turn and say so", async () => {
  const compute = localCompute(recorder);
  const queue = { folder: path.join(folder, "queue"), limit: 1 };
  const long = request({ queue, argv: ["sleep", "60"] });
  await compute.launch(long);
  const other = `${id.slice(0, -1)}1`;
  const waiting = path.join(folder, "runs", other);
  await compute.launch({ ...request({ queue, run_id: other }), directory: waiting });
  const [seen] = await compute.observe([waiting]);
  expect(seen).toMatchObject({ claimed: true, start: null, recorderAlive: true, queue: { position: 1 } });
  await compute.cancel(directory);
  await until("the second to run", async () => (await compute.observe([waiting]))[0]?.exit);
  expect((await look())?.exit?.reason).toBe("cancelled");
});

test("reads are bounded and never follow a link or open a pipe", async () => {
  const compute = localCompute(recorder);
  await mkdir(directory, { recursive: true });
  const log = path.join(directory, "output.log");
  expect(await compute.read(directory, "output.log", 0, 10)).toEqual({ bytes: new Uint8Array(), size: 0 });
  await writeFile(log, "0123456789");
  const read = async (offset: number, length: number) => {
    const { bytes, size } = await compute.read(directory, "output.log", offset, length);
    return `${Buffer.from(bytes)} of ${size}`;
  };
  expect(await read(0, 4)).toBe("0123 of 10");
  expect(await read(8, 4)).toBe("89 of 10");
  expect(await read(12, 4)).toBe(" of 10");
  await rm(log);
  await symlink("/etc/hostname", log);
  expect(await read(0, 100)).toBe(" of 0");
  await rm(log);
  await mkdir(log);
  expect(await read(0, 100)).toBe(" of 0");
  await rm(log, { recursive: true });
  await new Promise((resolve) => spawn("mkfifo", [log]).once("exit", resolve));
  expect(await read(0, 100)).toBe(" of 0");
  await rm(log);
  const server = createServer().listen(log);
  await once(server, "listening");
  expect(await read(0, 100)).toBe(" of 0");
  server.close();
});

test("records that are torn, empty or only reserved count as absent", async () => {
  await mkdir(path.join(directory, "claim"), { recursive: true });
  await writeFile(path.join(directory, "exit.json"), " ".repeat(1024));
  await writeFile(path.join(directory, "start.json"), '{"run_id":');
  await writeFile(path.join(directory, "queue.json"), "");
  expect(await look()).toMatchObject({ exists: true, claimed: true, exit: null, start: null, queue: null });
});

test("only run directories are listed, and only they are moved away", async () => {
  const compute = localCompute(recorder);
  expect(await compute.list(path.join(folder, "nowhere"))).toEqual([]);
  await mkdir(directory, { recursive: true });
  await mkdir(path.join(folder, "runs", "not-a-run"));
  expect(await compute.list(path.join(folder, "runs"))).toEqual([directory]);
  await expect(compute.discard(path.join(folder, "runs", "not-a-run"))).rejects.toThrow();
  await compute.discard(directory);
  await compute.discard(directory);
  expect(await readdir(path.join(folder, "runs"))).toEqual(["not-a-run"]);
});

test("a folder is watched before it exists, and a growing file is told", async () => {
  let calls = 0;
  let wake: () => void = () => undefined;
  const called = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const watching = localCompute(recorder).watch(directory, () => {
    calls += 1;
    wake();
  });
  try {
    let next = called();
    await mkdir(directory, { recursive: true });
    await next;
    next = called();
    await appendFile(path.join(directory, "output.log"), "more");
    await next;
    expect(calls).toBeGreaterThanOrEqual(2);
  } finally {
    watching[Symbol.dispose]();
  }
});

test("the fields of /proc/<pid>/stat are counted from the last bracket", () => {
  const rest = ["S", ...Array.from({ length: 18 }, (_, at) => String(at)), "4242", "0"].join(" ");
  expect(parseStat(`7 (python) ${rest}`)).toEqual({ state: "S", startTicks: 4242, threads: 16 });
  expect(parseStat(`7 (a b) c) R (x) ${rest}`)).toEqual({ state: "S", startTicks: 4242, threads: 16 });
  expect(parseStat("")).toBeNull();
});

test("a zombie is dead once its last other thread has ended: until then its files are open", () => {
  const stat = { startTicks: 1, threads: 1 };
  expect([isLiving({ ...stat, state: "S" }), isLiving({ ...stat, state: "Z" })]).toEqual([true, false]);
  expect(isLiving({ ...stat, state: "Z", threads: 2 })).toBe(true);
});

test("a process is known by number and start, and by its mark", async () => {
  const mine = statOf(process.pid);
  expect(isAlive(process.pid, mine?.startTicks ?? -1)).toBe(true);
  expect(isAlive(process.pid, (mine?.startTicks ?? 0) + 1)).toBe(false);
  expect([0, -1, 2 ** 40, Number.NaN].some((pid) => isAlive(pid, 0))).toBe(false);
  const child = spawn("sleep", ["60"], { env: { ...process.env, RUNLINE_RUN_ID: id } });
  try {
    await until("the mark", async () =>
      markedProcesses(new Set([id]))
        .get(id)
        ?.includes(child.pid ?? 0),
    );
    expect(markedProcesses(new Set([`${id.slice(0, -1)}1`])).size).toBe(0);
  } finally {
    child.kill();
  }
});

test("more runs than a process may have files open are all looked at", async () => {
  const runs = path.join(folder, "many");
  for (let number = 0; number < 500; number++) {
    const own = path.join(runs, String(number));
    await mkdir(own, { recursive: true });
    await writeFile(path.join(own, "exit.json"), "{}");
  }
  const script = path.join(import.meta.dirname, "observeProcess.ts");
  const shell = 'ulimit -n 300 && exec "$0" "$1" "$2"';
  const { stdout } = await promisify(execFile)("sh", ["-c", shell, process.execPath, script, runs]);
  expect(stdout).toBe("0 of 500");
});
