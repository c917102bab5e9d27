/** What a host's or a person's own processes do to a connection: stopped, left behind, or living at another time. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sshTransport, type Timing } from "../../../src/compute/ssh/sshTransport.ts";
import type { Transport } from "../../../src/compute/transport.ts";
import { RunlineError } from "../../../src/model/failure.ts";
import type { HostSettings } from "../../../src/model/host.ts";
import { needSystemPackages } from "../../editor/systemPackages.ts";
import { until } from "../stack.ts";
import { openHostStack } from "./bench/hostStack.ts";
import { openSshBench, type SshBench, type SshServer } from "./bench/sshd.ts";

let bench: SshBench;
let server: SshServer;
let root: string;

beforeAll(async () => {
  bench = await openSshBench();
  server = await bench.serve({ name: "box" });
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
});
afterAll(async () => {
  await bench?.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

const quick: Partial<Timing> = {
  ...{ tickMs: 100, quietMs: 300, heartbeatMs: 500, answerMs: 3_000, firstRetryMs: 50, lastRetryMs: 200 },
};
const transportTo = (host: string, more: Partial<Timing> = {}) =>
  sshTransport(host, { configuration: bench.configuration, timing: { ...quick, ...more } });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (thrown: unknown) => (thrown instanceof RunlineError ? thrown.failure.code : String(thrown)),
  );

/** What a script prints, over whichever connection comes about. */
const said = (host: Transport, script: string) =>
  until("a new session", () =>
    host.request({ script }).then(
      ({ out }) => out.toString(),
      () => null,
    ),
  );

test("a session that is stopped on the host is given up, and the next one works", async () => {
  const box = transportTo("box");
  const stopped: number[] = [];
  try {
    await box.connect();
    for (const pid of server.sessions()) {
      process.kill(pid, "SIGSTOP");
      stopped.push(pid);
    }
    expect(stopped.length).toBeGreaterThan(0);
    expect(["hostLate", "hostGone"]).toContain(await codeOf(box.request({ script: "echo unheard" })));
    expect(await said(box, "echo again")).toBe("again\n");
  } finally {
    box.disconnect();
    for (const pid of stopped) if (existsSync(`/proc/${pid}`)) process.kill(pid, "SIGKILL");
  }
});

test("a control socket of the person's own ssh, stopped or left by a dead one, is gone round", async () => {
  const socket = path.join(bench.folder, "own");
  await bench.alias("shared", server.port, {
    lines: [`ControlPath ${socket}`, "ControlMaster auto", `HostKeyAlias [127.0.0.1]:${server.port}`],
  });
  const own = spawn("ssh", ["-F", bench.configuration, "-M", "-N", "shared"], { stdio: "ignore" });
  const ended = once(own, "exit");
  try {
    await until("the person's own connection", async () => existsSync(socket));
    own.kill("SIGSTOP");
    // What they have open is tried first, and then gone round.
    const beside = transportTo("shared", { readyMs: 4_000 });
    expect(await codeOf(beside.request({ script: "echo unheard" }))).toBe("hostLate");
    expect(await said(beside, "echo beside")).toBe("beside\n");
    beside.disconnect();
  } finally {
    own.kill("SIGKILL");
    await ended;
  }
  expect(existsSync(socket)).toBe(true);
  const after = transportTo("shared");
  expect((await after.request({ script: "echo after" })).out.toString()).toBe("after\n");
  after.disconnect();
  expect(existsSync(socket)).toBe(true);
});

test("a setting that says nothing of the way there keeps the connection; a host that is taken out of them loses it", async () => {
  const hosts: Record<string, HostSettings> = { box: { directory: root, parallelRuns: 0 } };
  const stack = await openHostStack({ bench, hosts });
  try {
    const script = path.join(stack.workspace, "train.py");
    const { id } = await stack.launch({
      ...{ host: "box", script, arguments: ["--steps", "5000", "--pause", "0.02"] },
    });
    stack.follow();
    const steps = async () => (await stack.run(id)).metrics.loss?.count ?? 0;
    await until("metrics", async () => (await steps()) > 3);
    await stack.hosts.check("box");
    const sessions = server.sessions();
    expect(sessions.length).toBeGreaterThan(0);
    const linkOf = async () => (await stack.hosts.list()).find(({ name }) => name === "box");
    expect((await linkOf())?.check).not.toBe(null);
    hosts.box = { directory: root, parallelRuns: 0, python: "python3" };
    stack.hosts.refit();
    expect(await linkOf()).toMatchObject({ link: { state: "connected" }, check: null });
    // Whoever watches the run hears of it from the host that took the place of the other.
    let heard = 0;
    const { directory } = await stack.run(id);
    const watching = stack.reach.compute.watch(directory, () => {
      heard += 1;
    });
    hosts.box = { directory: root, parallelRuns: 0 };
    stack.hosts.refit();
    const before = heard;
    await until("news of it", async () => heard > before + 1);
    watching[Symbol.dispose]();
    await stack.reach.compute.cancel(directory);
    expect(await stack.ended(id)).toMatchObject({ state: "cancelled", drained: true });
    expect(await stack.mirrored(id)).toEqual(await stack.log(id));
    expect(server.sessions()).toEqual(sessions);
    delete hosts.box;
    stack.hosts.refit();
    await until("the end of the session", async () => server.sessions().length === 0);
    expect(await linkOf()).toMatchObject({ from: "config", link: { state: "idle" } });
  } finally {
    await stack.close();
  }
});

test("a host whose clock is two hours ahead: the run is whole, took as long as it did, and the check says so", async () => {
  const need = needSystemPackages(["libfaketime"], () => undefined);
  if ("missing" in need) throw new Error(`This test needs ${need.missing}`);
  const library = `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/faketime/libfaketime.so.1`;
  await bench.serve({ name: "ahead", server: [`SetEnv LD_PRELOAD=${library} FAKETIME=+2h`] });
  const stack = await openHostStack({ bench, hosts: { ahead: { directory: root, parallelRuns: 0 } } });
  try {
    const script = path.join(stack.workspace, "train.py");
    const before = Date.now();
    const { id } = await stack.launch({
      host: "ahead",
      script,
      arguments: ["--steps", "20", "--pause", "0.02"],
    });
    const run = await stack.ended(id);
    const tookMs = Date.now() - before;
    expect(run).toMatchObject({ state: "finished", exitCode: 0, drained: true });
    expect(run.metrics.loss?.count).toBe(20);
    expect(await stack.mirrored(id)).toEqual(await stack.log(id));
    expect((run.ended ?? 0) - (run.started ?? 0)).toBeGreaterThan(0);
    expect((run.ended ?? 0) - (run.started ?? 0)).toBeLessThan(tookMs);
    // When something was seen is this machine's matter.
    expect(run.asOf).toBeGreaterThanOrEqual(before);
    expect(run.asOf).toBeLessThanOrEqual(Date.now());
    const { facts, verdict, reasons } = await stack.hosts.check("ahead");
    expect(Math.abs(facts.clockOffsetMs - 7_200_000)).toBeLessThan(5_000);
    expect(verdict).toBe("warnings");
    expect(reasons.map(({ text }) => text).join("\n")).toMatch(
      /Its clock is 7\d{3} s ahead of this machine's/,
    );
  } finally {
    await stack.close();
  }
});
