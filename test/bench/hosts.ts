/** Runs on other machines: requests, polls, artifacts, how soon a line is here, and twenty hosts at once. */

import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { editorPace } from "../../src/compute/reach.ts";
import { hostCalls } from "../../src/compute/ssh/hostCalls.ts";
import { sshTransport } from "../../src/compute/ssh/sshTransport.ts";
import { type HostStack, openHostStack } from "../faults/ssh/bench/hostStack.ts";
import { openSshBench, type SshBench } from "../faults/ssh/bench/sshd.ts";
import { openTestLine } from "../faults/ssh/bench/testLine.ts";
import { recorder } from "../faults/stack.ts";
import { atMost, type BenchRow, spread, told } from "./row.ts";

const artifactBytes = 300_000_000;

export async function bench(): Promise<readonly BenchRow[]> {
  const ssh = await openSshBench();
  const root = await mkdtemp(path.join(tmpdir(), "runline-bench-hosts-"));
  const server = await ssh.serve({ name: "box" });
  const line = await openTestLine(server.port);
  const names = Array.from({ length: 20 }, (_, at) => `far${at}`);
  for (const name of names)
    await ssh.alias(name, line.port, { lines: [`HostKeyAlias [127.0.0.1]:${server.port}`] });
  const hosts = Object.fromEntries(
    ["box", ...names].map((name) => [name, { directory: path.join(root, name), parallelRuns: 0 }]),
  );
  const stack = await openHostStack({ bench: ssh, hosts, pace: editorPace, timing: { answerMs: 30_000 } });
  try {
    return [
      ...(await requests(ssh, line)),
      ...(await polls(ssh, stack, path.join(root, "box"))),
      ...(await lines(stack)),
      ...(await twenty(stack, names)),
      ...(await artifacts(ssh, stack, path.join(root, "box"))),
    ];
  } finally {
    await stack.close();
    await line.close();
    await ssh.close();
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function timed(work: () => Promise<unknown> | unknown, times: number): Promise<number[]> {
  const all: number[] = [];
  for (let at = 0; at < times; at++) {
    const began = performance.now();
    await work();
    all.push(performance.now() - began);
  }
  return all;
}

async function requests(ssh: SshBench, line: { delayMs: number }): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const trip of [0, 20, 100]) {
    line.delayMs = trip / 2;
    const transport = sshTransport("far0", { configuration: ssh.configuration });
    await transport.connect();
    const own = spread(await timed(() => transport.request({ script: ":" }), 15));
    const forked = await timed(() => commandAlone(ssh.configuration), 3);
    transport.disconnect();
    rows.push(atMost(`request, ${trip} ms round trip`, trip + 50, own, "ms"));
    rows.push(told("  one ssh per command", spread(forked), "ms"));
  }
  line.delayMs = 0;
  return rows;
}

/** Not by `spawnSync`: the line with the delay lives in this process. */
async function commandAlone(configuration: string): Promise<void> {
  const child = spawn("ssh", ["-F", configuration, "far0", "true"], { stdio: "ignore" });
  await new Promise((resolve) => child.once("close", resolve));
}

async function polls(ssh: SshBench, stack: HostStack, root: string): Promise<readonly BenchRow[]> {
  const { id } = await stack.launch({ host: "box", command: ["true"] });
  await stack.ended(id);
  const ids = Array.from({ length: 50 }, (_, at) => id.slice(0, -2) + at.toString(16).padStart(2, "0"));
  for (const each of ids)
    if (each !== id)
      await cp(path.join(root, "runs", id), path.join(root, "runs", each), { recursive: true });
  const runs = ids.map((each) => ({
    directory: path.join(root, "runs", each),
    files: { "journal.jsonl": 0, "output.log": 0 },
  }));
  const transport = sshTransport("box", { configuration: ssh.configuration });
  const calls = hostCalls(transport, recorder, { directory: root });
  await calls.login();
  const all = await timed(() => calls.call("look", { runs, budget: 0 }), 11);
  transport.disconnect();
  for (const each of ids) if (each !== id) await rm(path.join(root, "runs", each), { recursive: true });
  return [atMost("poll of 50 runs", 100, spread(all), "ms")];
}

async function artifacts(ssh: SshBench, stack: HostStack, root: string): Promise<readonly BenchRow[]> {
  const { id } = await stack.launch({ host: "box", command: ["true"] });
  const { directory } = await stack.ended(id);
  const bytes = randomBytes(artifactBytes);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const folder = path.join(root, "runs", id, "artifacts");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "big"), bytes);
  const target = path.join(root, "copy");
  const cat = `ssh -F '${ssh.configuration}' box "cat '${folder}/big'" >'${target}'`;
  const kept = { path: "big", bytes: bytes.length, digest };
  const plain: number[] = [];
  const own: number[] = [];
  // By turns: what else the machine does falls on both.
  for (let at = 0; at < 5; at++) {
    plain.push(...(await timed(() => execFileSync("sh", ["-c", cat]), 1)));
    own.push(...(await timed(() => stack.reach.compute.artifact?.(directory, kept), 1)));
    await rm(path.join(stack.layout.directory, "mirror", id, "artifacts"), { recursive: true });
  }
  const what = `artifact of ${artifactBytes / 1e6} MB`;
  const ratio = spread(own).median / spread(plain).median;
  return [
    atMost(`${what}, against ssh cat`, 1.3, ratio, "×"),
    told("  ssh cat", spread(plain), "ms"),
    told("  ours, with its digest checked", spread(own), "ms"),
  ];
}

async function lines(stack: HostStack): Promise<readonly BenchRow[]> {
  const script = path.join(stack.workspace, "ticks.py");
  const text = "import time\nfor _ in range(60):\n    print(time.time(), flush=True)\n    time.sleep(0.25)\n";
  await writeFile(script, text);
  const { id } = await stack.launch({ host: "box", script });
  stack.follow();
  const delays: number[] = [];
  let known = 0;
  while (delays.length < 50) {
    const all = (await stack.mirrored(id).catch(() => Buffer.alloc(0))).toString().split("\n").slice(0, -1);
    for (const each of all.slice(known)) delays.push(Date.now() - Number(each) * 1000);
    known = all.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const p95 = delays.toSorted((a, b) => a - b)[Math.floor(delays.length * 0.95)] ?? 0;
  await stack.ended(id);
  return [atMost("line on the host → here, p95", 1_500, p95, "ms")];
}

async function twenty(stack: HostStack, names: readonly string[]): Promise<readonly BenchRow[]> {
  const script = path.join(stack.workspace, "slow.py");
  await writeFile(
    script,
    "import time\nfor n in range(1000):\n    print('loss', n, flush=True)\n    time.sleep(0.5)\n",
  );
  const rss = process.memoryUsage().rss;
  const began = performance.now();
  const runs = await Promise.all(names.map((host) => stack.launch({ host, script })));
  const launched = performance.now() - began;
  const before = process.cpuUsage();
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const used = process.cpuUsage(before);
  const share = ((used.user + used.system) / 1000 / (performance.now() - from)) * 100;
  const more = (process.memoryUsage().rss - rss) / 1e6;
  for (const { id } of runs) await stack.reach.compute.cancel((await stack.run(id)).directory);
  for (const { id } of runs) await stack.ended(id);
  return [
    told("20 hosts: started at once", launched, "ms"),
    told("20 hosts followed: processor of this side", share, "%"),
    told("20 hosts followed: memory of this side that they take", more, "MB"),
  ];
}
