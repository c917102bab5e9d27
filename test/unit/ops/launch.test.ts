import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../../../src/model/failure.ts";
import { makeRepository, newId, openStack, type Stack } from "../../faults/stack.ts";

let stack: Stack;
let git: (...args: string[]) => string;

beforeAll(async () => {
  stack = await openStack();
  git = await makeRepository(stack.workspace);
  stack.follow();
});
afterAll(() => stack.close());

const codeOf = (wait: Promise<unknown>) =>
  wait.then(
    () => "none",
    (thrown) => failureOf(thrown).code,
  );

test("a script becomes a run with its exact points, parameters, code and end", async () => {
  await writeFile(path.join(stack.workspace, "new.py"), "x = 1\n");
  const { id, name, warnings } = await stack.start("train.py", ["--steps", "30", "--exit", "3"]);
  const run = await stack.ended(id);
  expect(warnings).toEqual([]);
  expect(run).toMatchObject({
    name,
    state: "failed",
    reason: "exit 3",
    exitCode: 3,
    drained: true,
    script: "train.py",
    experiment: "work space",
    attempt: 1,
  });
  expect(run.metrics.loss).toMatchObject({ count: 30, last: 1 / 30, lastStep: 29 });
  expect(run.parameters.steps).toEqual({ value: "30", source: "argparse" });
  expect(run.code).toMatchObject({ kind: "git", branch: "main", changed: ["new.py"], changed_count: 1 });
  expect(git("show", `${run.code?.id}:new.py`)).toBe("x = 1\n");
  const points = await stack.store.metrics.points({ runId: id, attempt: 1, key: "loss" });
  expect([...points.steps]).toEqual(Array.from({ length: 30 }, (_, step) => step));
});

test("the run directory is private and the spec holds no values of the environment", async () => {
  process.env.RUNLINE_TEST_SECRET = "hunter2-hunter2";
  const { id } = await stack.start("train.py", ["--steps", "1"]);
  const directory = path.join(stack.layout.runs, id);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  const spec = await readFile(path.join(directory, "spec.json"), "utf8");
  expect(spec).not.toContain("hunter2");
  delete process.env.RUNLINE_TEST_SECRET;
  await stack.ended(id);
});

test("the same id twice is one run", async () => {
  const id = newId();
  const ask = { script: path.join(stack.workspace, "train.py"), arguments: ["--steps", "2"], id };
  const both = await Promise.all([stack.launch(ask), stack.launch(ask)]);
  const third = await stack.launch(ask);
  expect(new Set([...both, third].map((launched) => `${launched.id} ${launched.name}`)).size).toBe(1);
  const run = await stack.ended(id);
  expect(run.metrics.loss?.count).toBe(2);
});

test("a name that is taken gets a number", async () => {
  const first = await stack.launch({ command: ["true"], name: "baseline" });
  const second = await stack.launch({ command: ["true"], name: "baseline" });
  expect([first.name, second.name]).toEqual(["baseline", "baseline-2"]);
  expect((await stack.ended(second.id)).state).toBe("finished");
});

test("any command runs, and a script in it is known", async () => {
  const { id } = await stack.launch({ command: ["python3", "train.py", "--steps", "1"] });
  expect(await stack.ended(id)).toMatchObject({ state: "finished", script: "train.py" });
});

test("a script in a package runs as its module, wherever the package lies, and the module is known as the script", async () => {
  const place = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(stack.workspace, file)), { recursive: true });
    await writeFile(path.join(stack.workspace, file), text);
  };
  for (const root of ["", "src/"]) {
    const name = root === "" ? "top" : "deep";
    await place(`${root}${name}/__init__.py`, "");
    await place(`${root}${name}/step.py`, "loss = 0.5\n");
    await place(`${root}${name}/train.py`, `from ${name}.step import loss\nprint(f"step 1: loss {loss}")\n`);
    const script = `${root}${name}/train.py`;
    const pressed = await stack.start(script);
    const run = await stack.ended(pressed.id);
    expect(run).toMatchObject({ state: "finished", script, metrics: { loss: { last: 0.5 } } });
    expect(run.argv.slice(1)).toEqual(["-m", `${name}.train`]);
  }
  const typed = await stack.launch({ command: ["python3", "-m", "top.train"] });
  expect(await stack.ended(typed.id)).toMatchObject({ state: "finished", script: "top/train.py" });
});

test("secrets on the command line are run but not shown", async () => {
  const { id } = await stack.launch({ command: ["sh", "-c", "echo $0", "--api-key=s3cr3t-value"] });
  const run = await stack.ended(id);
  expect((await stack.log(id)).toString()).toBe("--api-key=s3cr3t-value\n");
  expect(run.argv).toEqual(["sh", "-c", "echo $0", "--api-key=•••"]);
});

test("what can't be started says why and leaves no run behind", async () => {
  const before = await stack.store.runs.list({});
  expect(await codeOf(stack.start("missing.py"))).toBe("scriptMissing");
  expect(await codeOf(stack.launch({ command: ["no-such-program-here"] }))).toBe("commandMissing");
  expect(await codeOf(stack.launch({}))).toBe("usage");
  expect(await codeOf(stack.launch({ command: ["true"], name: "two\nlines" }))).toBe("runNameInvalid");
  expect(await codeOf(stack.start("train.py", [], { python: "/nowhere/python" }))).toBe("pythonBroken");
  expect((await stack.store.runs.list({})).length).toBe(before.length);
});
