/**
 * Taking turns at the GPUs of a machine: real recorders, real locks, real processes. Only nvidia-smi is a stand-in that says what a
 * file says.
 */

import { spawn } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ResourceSettings } from "../../../src/model/journal.ts";
import { alive, Bench, type Recording } from "../../unit/recorder/recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
  bench.write("bin/nvidia-smi", '#!/bin/sh\ncd "$(dirname "$0")"\n. ./behavior\n');
  chmodSync(join(bench.workspace, "bin/nvidia-smi"), 0o755);
  behave('case "$*" in "-q -x") cat xml ;; -L) cat listing ;; *) exit 1 ;; esac');
});
afterEach(() => {
  bench.remove();
});

interface Shown {
  readonly uuid: string;
  readonly used?: string;
  readonly processes?: readonly { readonly pid: number; readonly name: string; readonly used: string }[];
}

const behave = (text: string) => bench.write("bin/behavior", text);

/** What nvidia-smi says from now on. Written beside and moved, as it may be read at any moment. */
function show(...gpus: readonly Shown[]): void {
  const process = ({ pid, name, used }: { pid: number; name: string; used: string }) =>
    `<process_info><pid>${pid}</pid><type>C</type><process_name>${name}</process_name><used_memory>${used}</used_memory></process_info>`;
  const gpu = ({ uuid, used = "4 MiB", processes = [] }: Shown) =>
    `<gpu><uuid>${uuid}</uuid><mig_mode><current_mig>N/A</current_mig></mig_mode><fb_memory_usage><used>${used}</used></fb_memory_usage>` +
    `<compute_mode>Default</compute_mode><processes>${processes.map(process).join("")}</processes></gpu>`;
  const draft = bench.write("bin/xml.new", `<nvidia_smi_log>${gpus.map(gpu).join("")}</nvidia_smi_log>`);
  renameSync(draft, join(bench.workspace, "bin/xml"));
}

const locks = () => join(bench.folder, "locks");
const asking = (gpus: number, more: Partial<ResourceSettings> = {}) => ({
  resources: { gpus, lock_folder: locks(), ...more },
});
const environment = () => ({ PATH: `${join(bench.workspace, "bin")}:${process.env.PATH}` });
const start = (run: Recording, more: NodeJS.ProcessEnv = {}) => run.start({ ...environment(), ...more });

/** A script that says what it sees and waits until a file of its name lies there. */
const holding = (name: string, gpus = 1, more: Partial<ResourceSettings> = {}) =>
  bench.python(
    `
import os, time
print(os.environ["CUDA_VISIBLE_DEVICES"], os.environ["CUDA_DEVICE_ORDER"], flush=True)
while not os.path.exists("${name}"): time.sleep(0.02)
`,
    asking(gpus, more),
  );
const go = (name: string) => bench.write(name, "");
const reason = (run: Recording, text: string) =>
  run.until("queue.json", (queue) => JSON.parse(queue).reason.includes(text));
const me = userInfo().username;

test("each run gets GPUs of its own; the one for which none is left waits for its turn", async () => {
  show({ uuid: "GPU-b" }, { uuid: "GPU-a" });
  const first = start(holding("go1"));
  await first.until("start.json");
  const second = start(holding("go2", 1, { visible: "index" }));
  await second.until("start.json");
  const third = start(holding("go3", 2));
  await reason(third, `waiting for 2 GPUs: GPU 0 held by a run of ${me}, GPU 1 held by a run of ${me}`);
  const fourth = start(holding("go4"));
  await reason(fourth, "waiting for 1 GPU (2nd): GPU 0 held");
  expect(fourth.json<{ position: number }>("queue.json").position).toBe(2);
  go("go1");
  go("go2");
  await third.until("start.json");
  for (const name of ["go3", "go4"]) go(name);
  await Promise.all([first, second, third, fourth].map((run) => run.ended()));
  expect([first, second, third, fourth].map((run) => run.text("output.log"))).toEqual([
    "GPU-a PCI_BUS_ID\n",
    "0 PCI_BUS_ID\n",
    "GPU-b,GPU-a PCI_BUS_ID\n",
    "GPU-a PCI_BUS_ID\n",
  ]);
  expect(third.startRecord.gpus).toEqual(["GPU-b", "GPU-a"]);
  expect(fourth.startRecord.time).toBeGreaterThanOrEqual(third.exit.time);
});

test("a GPU that others use is left to them, by process or by memory", async () => {
  show(
    { uuid: "GPU-a", processes: [{ pid: process.pid, name: "/opt/bin/python x.py", used: "12288 MiB" }] },
    { uuid: "GPU-b", used: "5000 MiB" },
    { uuid: "GPU-c", processes: [{ pid: 4_000_000, name: "N/A", used: "[N/A]" }] },
  );
  const run = start(holding("go"));
  await reason(
    run,
    `waiting for 1 GPU: GPU 0 used by ${me} (python, 12 GB), GPU 1 in use (5 GB), GPU 2 used by somebody`,
  );
  show({ uuid: "GPU-a" }, { uuid: "GPU-b", used: "5000 MiB" });
  go("go");
  await run.ended();
  expect(run.text("output.log")).toBe("GPU-a PCI_BUS_ID\n");
});

test("it looks again once it has the lock: whoever came between keeps the GPU", async () => {
  show({ uuid: "GPU-a" });
  const busy =
    "<nvidia_smi_log><gpu><uuid>GPU-a</uuid><fb_memory_usage><used>9000 MiB</used></fb_memory_usage></gpu></nvidia_smi_log>";
  bench.write("bin/busy", busy);
  // Free at the first look, taken at the second; then taken until `free` lies there.
  behave("if [ -e free ] || [ ! -e looked ]; then touch looked; cat xml; else cat busy; touch twice; fi");
  const run = start(holding("go"));
  await reason(run, "GPU 0 in use (9 GB)");
  expect(readdirSync(join(bench.workspace, "bin"))).toContain("twice");
  go("bin/free");
  go("go");
  await run.ended();
  expect(run.exit.exit_code).toBe(0);
});

test("a lease lives as long as the script, whoever kills the recorder", async () => {
  show({ uuid: "GPU-a" });
  const first = start(holding("go1"));
  await first.until("start.json");
  const { pid, recorder_pid: recorder } = first.startRecord;
  process.kill(recorder, "SIGKILL");
  const second = start(holding("go2"));
  await reason(second, "GPU 0 held by");
  expect(alive(pid)).toBe(true);
  process.kill(pid, "SIGKILL");
  await second.until("start.json");
  go("go2");
  await second.ended();
  expect(second.text("output.log")).toBe("GPU-a PCI_BUS_ID\n");
});

test("one that waits and dies, or is cancelled, stands in nobody's way", async () => {
  show({ uuid: "GPU-a" });
  const first = start(holding("go1"));
  await first.until("start.json");
  const killed = start(holding("never"));
  await reason(killed, "waiting for 1 GPU: ");
  const cancelled = start(holding("never"));
  await reason(cancelled, "(2nd)");
  const last = start(holding("go1"));
  await reason(last, "(3rd)");
  process.kill(killed.json<{ recorder_pid: number }>("queue.json").recorder_pid, "SIGKILL");
  writeFileSync(cancelled.path("cancel"), "");
  await cancelled.ended();
  expect(cancelled.exit).toMatchObject({ reason: "cancelled" });
  go("go1");
  await last.ended();
  expect(last.exit.exit_code).toBe(0);
  expect(readdirSync(locks()).filter((name) => name.startsWith("ticket-"))).toEqual([]);
});

test("what would be waited for in vain is said at once", async () => {
  show({ uuid: "GPU-a" });
  const many = holding("never", 4);
  await start(many).ended();
  expect(many.exit).toMatchObject({
    reason: "not_started",
    error: "The run asks for 4 GPUs; it may use 1 on this machine.",
  });
  const restricted = holding("never");
  await start(restricted, { CUDA_VISIBLE_DEVICES: "" }).ended();
  expect(restricted.exit.error).toBe("The run asks for 1 GPU; it may use 0 on this machine.");
  behave("echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9");
  const broken = holding("never");
  await start(broken).ended();
  expect(broken.exit.error).toBe(
    "The run asks for GPUs, and this machine shows none: NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.",
  );
  expect(broken.text("start.json")).toBeNull();
});

test("what can't be read in the specification is said", async () => {
  show({ uuid: "GPU-a" });
  const run = bench.python("", asking("many" as never));
  await start(run).ended();
  expect(run.exit).toMatchObject({ reason: "not_started" });
  expect(run.exit.error).toContain("spec.json");
});

test("an nvidia-smi that hangs is waited for, not for ever, and a cancel is heard meanwhile", async () => {
  behave("exec sleep 600");
  const run = start(holding("never"));
  await reason(run, "nvidia-smi does not answer");
  writeFileSync(run.path("cancel"), "");
  await run.ended();
  expect(run.exit).toMatchObject({ reason: "cancelled" });
});

test("several at once share out what there is, and nobody gets what another holds", async () => {
  show({ uuid: "GPU-a" }, { uuid: "GPU-b" }, { uuid: "GPU-c" });
  const text = `
import fcntl, os, time
for name in os.environ["CUDA_VISIBLE_DEVICES"].split(","):
    handle = os.open("held-" + name, os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
time.sleep(0.3)
`;
  const runs = [2, 1, 3, 1, 2].map((gpus) => start(bench.python(text, asking(gpus))));
  await Promise.all(runs.map((run) => run.ended()));
  expect(runs.map((run) => run.exit.exit_code)).toEqual([0, 0, 0, 0, 0]);
  expect(runs.map((run) => run.startRecord.gpus.length)).toEqual([2, 1, 3, 1, 2]);
}, 60_000);

test("locks can be taken by everybody on the machine, and are not made anew", async (context) => {
  context.skip(process.getuid?.() !== 0, "only the administrator can work as somebody else");
  show({ uuid: "GPU-a" });
  const run = start(holding("go"));
  await run.until("start.json");
  expect(statSync(locks()).mode & 0o7777).toBe(0o1777);
  const lock = join(locks(), "GPU-a.lock");
  const tryLock = `import fcntl, os, sys
os.setuid(65534)
handle = os.open(sys.argv[1], os.O_RDONLY)
try: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB); print("taken")
except BlockingIOError: print("held")`;
  const asNobody = async () => {
    const child = spawn("/usr/bin/python3", ["-c", tryLock, lock], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    for await (const data of child.stdout) said += String(data);
    return said.trim();
  };
  chmodSync(bench.folder, 0o755);
  expect(await asNobody()).toBe("held");
  const { ino } = statSync(lock);
  go("go");
  await run.ended();
  expect(await asNobody()).toBe("taken");
  expect(statSync(lock).ino).toBe(ino);
  expect(readFileSync(lock, "utf8")).toBe("");
});
