import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../../../src/model/failure.ts";
import { hostDirectory, splitHostDirectory } from "../../../src/model/host.ts";
import { artifactHere } from "../../../src/ops/hostFiles.ts";
import { newId, until } from "../stack.ts";
import { type HostStack, openHostStack } from "./bench/hostStack.ts";
import { openSshBench, type SshBench } from "./bench/sshd.ts";
import { openTestLine, type TestLine } from "./bench/testLine.ts";

let bench: SshBench;
let line: TestLine;
let root: string;
let stack: HostStack;

beforeAll(async () => {
  bench = await openSshBench();
  const server = await bench.serve({ name: "box" });
  line = await openTestLine(server.port);
  await bench.alias("far", line.port, { lines: [`HostKeyAlias [127.0.0.1]:${server.port}`] });
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  const settings = { directory: root, parallelRuns: 0 };
  stack = await openHostStack({ bench, hosts: { box: settings, far: settings }, git: true });
});
afterAll(async () => {
  await stack?.close();
  await line?.close();
  await bench?.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

const train = (steps: number, pause: number) => ({
  script: path.join(stack.workspace, "train.py"),
  arguments: ["--steps", String(steps), "--pause", String(pause)],
});

test("who watches a run hears of it soon, though the connection was open before", async () => {
  const { id } = await stack.launch({ host: "far", ...train(40, 0.05) });
  const directory = hostDirectory("far", path.join(root, "runs", id));
  // Nobody asks by themselves here, as the follower does: only the host's own looks can tell.
  let watching: Disposable | undefined;
  await new Promise<void>((heard) => {
    watching = stack.reach.compute.watch(directory, heard);
  });
  watching?.[Symbol.dispose]();
  expect((await stack.ended(id)).state).toBe("finished");
});

test("a script runs on a host: its metrics, parameters, code and output are here, to the byte", async () => {
  await writeFile(path.join(stack.workspace, "untracked.txt"), "not committed\n");
  const { id, name, warnings } = await stack.launch({ host: "box", ...train(50, 0.01) });
  expect(warnings).toEqual([]);
  const run = await stack.ended(id);
  expect(run).toMatchObject({
    state: "finished",
    name,
    host: "box",
    script: "train.py",
    drained: true,
    exitCode: 0,
  });
  expect(run.directory).toBe(hostDirectory("box", path.join(root, "runs", id)));
  expect(run.metrics.loss?.count).toBe(50);
  expect(run.parameters.steps?.value).toBe("50");
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
  const work = path.join(root, "work", id);
  expect(await readFile(path.join(work, "untracked.txt"), "utf8")).toBe("not committed\n");
  expect(run.cwd).toBe(work);
  expect(stack.troubles).toEqual([]);
});

test("the same code is sent once", async () => {
  await stack.launch({ host: "far", ...train(1, 0) });
  const before = line.sent;
  const { id } = await stack.launch({ host: "far", ...train(1, 0) });
  expect(line.sent - before).toBeLessThan(20_000);
  await writeFile(path.join(stack.workspace, "more.txt"), "x".repeat(100_000));
  const again = line.sent;
  await stack.launch({ host: "far", ...train(1, 0) });
  expect(line.sent - again).toBeGreaterThan(100_000);
  expect(line.sent - again).toBeLessThan(140_000);
  expect((await stack.ended(id)).state).toBe("finished");
});

test("a script that changes a file of its own changes nobody else's", async () => {
  const script = path.join(stack.workspace, "selfish.py");
  await writeFile(
    script,
    "print(open('selfish.py').read()[:7])\nopen('selfish.py','a').write('# more\\n')\n",
  );
  for (const _ of [1, 2]) {
    const { id } = await stack.launch({ host: "box", script });
    expect((await stack.ended(id)).state).toBe("finished");
    expect((await stack.log(id)).toString()).toBe("print(o\n");
    expect(await readFile(path.join(root, "work", id, "selfish.py"), "utf8")).toMatch(/\n# more\n$/);
  }
  expect(await readFile(script, "utf8")).not.toMatch(/\n# more\n$/);
});

test("a run that is canceled ends, whole", async () => {
  const { id } = await stack.launch({ host: "box", ...train(5_000, 0.05) });
  stack.follow();
  await until("metrics", async () => ((await stack.run(id)).metrics.loss?.count ?? 0) > 3);
  const { directory } = await stack.run(id);
  await stack.reach.compute.cancel(directory);
  expect(await stack.ended(id)).toMatchObject({ state: "cancelled", drained: true });
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
});

test("the environment of this machine stays here; what is given goes into the script's alone", async () => {
  const script = path.join(stack.workspace, "secret.py");
  await writeFile(script, "import os\nprint(os.environ['TOKEN'], os.environ.get('ONLY_HERE'))\n");
  process.env.ONLY_HERE = "1";
  const { id } = await stack.launch({ host: "box", script, environment: { TOKEN: "s3cr3t-value" } });
  await stack.ended(id);
  expect((await stack.log(id)).toString()).toBe("s3cr3t-value None\n");
  const directory = path.join(root, "runs", id);
  for (const name of ["spec.json", "start.json", "exit.json", "origin.json", "recorder.log"])
    expect(await readFile(path.join(directory, name), "utf8")).not.toContain("s3cr3t");
  expect(JSON.parse(await readFile(path.join(directory, "spec.json"), "utf8")).env_names).toContain("TOKEN");
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test("two launches of one id are one run", async () => {
  const id = newId();
  const both = await Promise.all([1, 2].map(() => stack.launch({ host: "box", id, ...train(20, 0.01) })));
  expect(new Set(both.map(({ name }) => name)).size).toBe(1);
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "finished", attempt: 1 });
  expect(run.metrics.loss?.count).toBe(20);
});

test("what can't be run says why, and leaves no run", async () => {
  const code = (ask: Parameters<HostStack["launch"]>[0]) =>
    stack.launch(ask).then(
      () => "launched",
      (thrown: unknown) => failureOf(thrown).code,
    );
  const before = (await stack.store.runs.list({})).length;
  expect(await code({ host: "box", script: path.join(stack.workspace, "none.py") })).toBe("scriptMissing");
  expect(await code({ host: "box", script: "/etc/passwd.py" })).toBe("hostOutside");
  expect(await code({ host: "box", command: ["no-such-program"] })).toBe("commandMissing");
  expect(await code({ host: "nowhere.invalid", command: ["true"] })).toBe("hostUnreachable");
  expect(await code({ host: "-x", command: ["true"] })).toBe("hostInvalid");
  expect((await stack.store.runs.list({})).length).toBe(before);
});

test("a command runs as it stands", async () => {
  const { id } = await stack.launch({ host: "box", command: ["sh", "-c", "echo $0 $PWD; exit 3", "it's"] });
  expect(await stack.ended(id)).toMatchObject({ state: "failed", exitCode: 3, reason: "exit 3" });
  expect((await stack.log(id)).toString()).toBe(`it's ${path.join(root, "work", id)}\n`);
});

test("another machine of the same person finds the run and follows it", async () => {
  const { id, name } = await stack.launch({ host: "box", ...train(500, 0.02) });
  const other = await openHostStack({ bench, hosts: { box: { directory: root } } });
  try {
    other.follow();
    await other.hosts.connect("box");
    const found = await until("the run to be seen", async () => {
      const run = await other.store.runs.get(id);
      return run?.state === "running" ? run : null;
    });
    expect(found).toMatchObject({ name, host: "box" });
    expect(await other.ended(id)).toMatchObject({ state: "finished" });
    expect((await other.run(id)).metrics.loss?.count).toBe(500);
    expect(await other.mirrored(id)).toEqual(await other.log(id));
  } finally {
    await other.close();
  }
});

test("a file that a run has kept can be had here", async () => {
  const script = path.join(stack.workspace, "writes.py");
  await writeFile(script, "open('best.bin', 'wb').write(bytes(range(256)) * 100)\n");
  const { id } = await stack.launch({ host: "box", script });
  await stack.ended(id);
  const place = await artifactHere({ id, path: "best.bin" }, stack.store, stack.reach.compute);
  expect((await readFile(place)).length).toBe(25_600);
  expect(place.startsWith(stack.layout.directory)).toBe(true);
  await expect(artifactHere({ id, path: "../spec.json" }, stack.store, stack.reach.compute)).rejects.toThrow(
    /no artifact/,
  );
});

test("a run that is removed is removed on the host, and here", async () => {
  const { id } = await stack.launch({ host: "box", ...train(1, 0) });
  const { directory } = await stack.ended(id);
  await stack.reach.compute.discard(directory);
  expect(await readdir(path.join(root, "runs"))).not.toContain(id);
  expect(await readdir(path.join(root, "work"))).not.toContain(id);
  expect(await readdir(path.join(stack.layout.directory, "mirror"))).not.toContain(id);
  expect(splitHostDirectory(directory)?.host).toBe("box");
});

test("a host is checked: a verdict with reasons", async () => {
  const { verdict, reasons, facts } = await stack.hosts.check("box");
  expect(verdict).not.toBe("unusable");
  expect(reasons.map(({ text }) => text).join("\n")).toMatch(/Python 3\.\d+\.\d+ .* runs the recorder/);
  expect(facts.directory).toBe(root);
  expect(Math.abs(facts.clockOffsetMs)).toBeLessThan(2_000);
  const [first] = await stack.hosts.list();
  expect(first).toMatchObject({ link: { state: "connected" } });
});
