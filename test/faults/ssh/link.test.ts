/** What a bad link, a killed server and a window that goes away do to runs on a host: nothing. */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { failureOf } from "../../../src/model/failure.ts";
import type { Run } from "../../../src/model/run.ts";
import { newId, until } from "../stack.ts";
import { type HostStack, openHostStack } from "./bench/hostStack.ts";
import { openSshBench, type SshBench, type SshServer } from "./bench/sshd.ts";
import { openTestLine, type TestLine } from "./bench/testLine.ts";

let bench: SshBench;
let server: SshServer;
let line: TestLine;
let root: string;
let stack: HostStack;

beforeAll(async () => {
  bench = await openSshBench();
  server = await bench.serve({ name: "box" });
  line = await openTestLine(server.port);
  await bench.alias("far", line.port, { lines: [`HostKeyAlias [127.0.0.1]:${server.port}`] });
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  stack = await openHostStack({ bench, hosts: { far: { directory: root, parallelRuns: 0 } }, git: true });
});
afterEach(() => {
  line.hold(false);
  line.accept(true);
});
afterAll(async () => {
  await stack?.close();
  await line?.close();
  await bench?.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

const train = (steps: number, pause: number) => ({
  host: "far",
  script: path.join(stack.workspace, "train.py"),
  arguments: ["--steps", String(steps), "--pause", String(pause)],
});

/** Everything that was written is here, once. */
async function expectWhole(
  id: string,
  steps: number,
  expected: Partial<Run> = { state: "finished" },
): Promise<void> {
  const run = await stack.ended(id);
  expect(run).toMatchObject({ ...expected, attempt: 1, drained: true });
  expect(run.metrics.loss?.count).toBe(steps);
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
  const directories = await readdir(path.join(root, "runs"));
  expect(directories.filter((name) => name === id).length).toBe(1);
}

const steps = async (id: string) => (await stack.run(id)).metrics.loss?.count ?? 0;

test("the link is down before anything is sent: nothing is started, and the same ask works later", async () => {
  line.accept(false);
  line.cut();
  const id = newId();
  const failed = await stack.launch({ id, ...train(5, 0) }).catch(failureOf);
  expect(failed).toMatchObject({ code: expect.stringMatching(/^host(Gone|Unreachable)$/) });
  line.accept(true);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await stack.launch({ id, ...train(5, 0) });
  await expectWhole(id, 5);
});

test("a host that a person leaves is not connected again for the runs that are followed there", async () => {
  const { id } = await stack.launch({ ...train(5_000, 0.02) });
  stack.follow();
  await until("metrics", async () => (await steps(id)) > 3);
  const states: string[] = [];
  stack.hosts.disconnect("far");
  const watching = stack.hosts.watch(async () => {
    for (const { name, link } of await stack.hosts.list()) if (name === "far") states.push(link.state);
  });
  const { directory } = await stack.run(id);
  for (let look = 0; look < 5; look++) {
    const [seen] = await stack.reach.compute.observe([directory]);
    expect(seen?.directory).toBe(directory);
    await stack.follow().looked();
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  expect(states).toEqual([]);
  expect((await stack.run(id)).state).toBe("running");
  const cancelled = await stack.reach.compute.cancel(directory).catch(failureOf);
  expect(cancelled).toMatchObject({ code: "hostLeft" });
  watching[Symbol.dispose]();
  await stack.hosts.connect("far");
  const before = await steps(id);
  await until("more metrics", async () => (await steps(id)) > before);
  await stack.reach.compute.cancel(directory);
  await stack.ended(id);
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
});

test("the link breaks while code is sent: what arrived is not sent again", async () => {
  for (const name of ["a", "b", "c"]) {
    const noise = Buffer.from(
      Array.from({ length: 3_000_000 }, (_, n) => (n * 31 + name.charCodeAt(0)) % 251),
    );
    await writeFile(path.join(stack.workspace, `${name}.bin`), noise);
  }
  line.cutAfter(7_500_000);
  const before = line.sent;
  const { id } = await stack.launch(train(5, 0));
  expect(line.sent - before).toBeLessThan(9_000_000 + 3_700_000);
  await expectWhole(id, 5);
});

test("the answer to a launch gets lost: there is one run", async () => {
  const id = newId();
  const launched = stack.launch({ id, ...train(30, 0.01) });
  await until("the claim", async () =>
    (await readdir(path.join(root, "runs", id)).catch((): string[] => [])).includes("claim"),
  );
  line.cut();
  await launched;
  await expectWhole(id, 30);
});

test("the link is down while a run writes: it goes on, its state stays, and everything comes when the link is back", async () => {
  const { id } = await stack.launch(train(150, 0.02));
  stack.follow();
  await until("some steps", async () => (await steps(id)) > 10);
  line.accept(false);
  line.cut();
  await until("the end there", async () =>
    (await readFile(path.join(root, "runs", id, "exit.json"), "utf8")).includes("exit_code"),
  );
  const asOf = (await stack.run(id)).asOf;
  await stack.follow().looked();
  expect(await stack.run(id)).toMatchObject({ state: "running", asOf });
  line.accept(true);
  await expectWhole(id, 150);
});

test("a link that swallows everything without a word is given up, and the rest comes over a new one", async () => {
  const { id } = await stack.launch(train(150, 0.02));
  stack.follow();
  await until("some steps", async () => (await steps(id)) > 10);
  const before = line.connections;
  line.hold(true);
  await until("the link to be given up", async () => {
    const [far] = await stack.hosts.list();
    return far?.link.state !== "connected";
  });
  expect((await stack.run(id)).state).toBe("running");
  line.cut();
  line.hold(false);
  await expectWhole(id, 150);
  expect(line.connections).toBeGreaterThan(before);
});

test("the server is killed with every session, and started again: the run does not notice", async () => {
  const { id } = await stack.launch(train(150, 0.02));
  stack.follow();
  await until("some steps", async () => (await steps(id)) > 10);
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await server.start();
  await expectWhole(id, 150);
});

test("a cancel while the link breaks is done or told, and done when asked again", async () => {
  const { id } = await stack.launch(train(5_000, 0.02));
  stack.follow();
  await until("some steps", async () => (await steps(id)) > 3);
  const { directory } = await stack.run(id);
  const asked = stack.reach.compute.cancel(directory);
  line.cut();
  await asked;
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "cancelled", drained: true });
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
});

test("the window goes while a run is under way; the next one has it whole", async () => {
  const { id } = await stack.launch(train(150, 0.02));
  const { workspace } = stack;
  stack.follow();
  await until("some steps", async () => (await steps(id)) > 10);
  await stack.leave();
  await until("the end there", async () =>
    (await readFile(path.join(root, "runs", id, "exit.json"), "utf8")).includes("exit_code"),
  );
  const former = stack;
  stack = await openHostStack({ bench, hosts: { far: { directory: root, parallelRuns: 0 } }, workspace });
  stack.close = async () => {
    await stack.leave();
    await rm(path.dirname(former.workspace), { recursive: true, force: true, maxRetries: 3 });
  };
  await expectWhole(id, 150);
});

test("two windows follow one run: both have it whole, and each point once", async () => {
  const other = await openHostStack({
    bench,
    hosts: { far: { directory: root, parallelRuns: 0 } },
    workspace: stack.workspace,
  });
  try {
    const { id } = await stack.launch(train(100, 0.02));
    other.follow();
    await expectWhole(id, 100);
    expect((await other.ended(id)).metrics.loss?.count).toBe(100);
  } finally {
    await other.leave();
  }
});

test("a store that is made anew has the runs of hosts too", async () => {
  const { id } = await stack.launch(train(5, 0));
  await expectWhole(id, 5);
  const { catchUp } = await import("../../../src/ops/catchUp.ts");
  const { openSqliteStore } = await import("../../../src/store/sqlite/open.ts");
  const fresh = await openSqliteStore(path.join(stack.layout.directory, "fresh.db"));
  await catchUp({ store: fresh, compute: stack.reach.compute, clock: Date.now, layout: stack.layout });
  expect(await fresh.runs.get(id)).toMatchObject({ state: "finished", host: "far" });
  await fresh.close();
});
