/** Ending runs that don't want to end, and runs that have not begun. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { QueueRecord } from "../../../src/model/journal.ts";
import { alive, Bench } from "../../unit/recorder/recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

test("a cancel interrupts politely: the script may save its work", async () => {
  const run = bench.python(`
import time
print("ready", flush=True)
try: time.sleep(60)
except KeyboardInterrupt: print("saved"); raise SystemExit(3)
`);
  run.start();
  await run.until("output.log", (text) => text.includes("ready"));
  writeFileSync(run.path("cancel"), "");
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: 3, signal: null, reason: "cancelled" });
  expect(run.text("output.log")).toBe("ready\nsaved\n");
});

test("a script that ignores SIGINT and SIGTERM, with a child in a session of its own, ends all the same", async () => {
  const run = bench.python(
    `
import os, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
`,
    { grace_seconds: [0.2, 0.2] },
  );
  run.start();
  const child = Number(await run.until("output.log", (text) => text.endsWith("\n")));
  writeFileSync(run.path("cancel"), "");
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: null, signal: "SIGKILL", reason: "cancelled" });
  for (const pid of [child, run.startRecord.pid]) await expect.poll(() => alive(pid)).toBe(false);
});

test("SIGTERM to the recorder cancels the run", async () => {
  const run = bench.python("import time\nprint('ready', flush=True)\ntime.sleep(60)\n");
  run.start();
  await run.until("output.log", (text) => text.includes("ready"));
  await run.until("start.json");
  process.kill(run.startRecord.recorder_pid, "SIGTERM");
  await run.ended();
  expect(run.exit).toMatchObject({ signal: "SIGINT", reason: "cancelled" });
});

test("a cancel that comes first: nothing is started", async () => {
  const run = bench.python("print('never')\n");
  writeFileSync(run.path("cancel"), "");
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: null, reason: "cancelled" });
  expect(run.text("start.json")).toBeNull();
});

test("three runs with one slot go one after the other, in order; a waiting one can be cancelled", async () => {
  const queue = { folder: join(bench.folder, "queue"), limit: 1 };
  const text = (name: string) =>
    `import os, time\nopen("order", "a").write("${name} ")\nwhile not os.path.exists("go-${name}"): time.sleep(0.01)\nopen("order", "a").write("-${name} ")\n`;
  const [one, two, three, four] = ["one", "two", "three", "four"].map((name) =>
    bench.python(text(name), { queue }),
  );
  if (!one || !two || !three || !four) throw new Error("four runs were made");
  one.start();
  await one.until("start.json");
  two.start();
  await two.until("queue.json");
  three.start();
  four.start();
  await three.until("queue.json", (record) => (JSON.parse(record) as QueueRecord).position === 2);
  await four.until("queue.json", (record) => (JSON.parse(record) as QueueRecord).position === 3);
  expect(two.json<QueueRecord>("queue.json")).toMatchObject({
    position: 1,
    reason: "waiting for a free slot",
  });
  writeFileSync(three.path("cancel"), "");
  await three.ended();
  expect(three.exit).toMatchObject({ exit_code: null, reason: "cancelled" });
  for (const name of ["one", "two", "four"]) bench.write(`go-${name}`, "");
  await Promise.all([one.ended(), two.ended(), four.ended()]);
  expect(bench.read("order")).toBe("one -one two -two four -four ");
});

test("the slot of a killed recorder stays taken while its script lives, and is free after", async () => {
  const queue = { folder: join(bench.folder, "queue"), limit: 1 };
  const one = bench.python("import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n", { queue });
  const two = bench.python("import os\nprint('after', os.path.exists('go'))\n", { queue });
  one.start();
  await one.until("start.json");
  process.kill(one.startRecord.recorder_pid, "SIGKILL");
  two.start();
  await two.until("queue.json");
  bench.write("go", "");
  await two.ended();
  expect(two.text("output.log")).toBe("after True\n");
});

test("a recorder that is killed while it waits lets the next one pass", async () => {
  const queue = { folder: join(bench.folder, "queue"), limit: 1 };
  const one = bench.python("import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n", { queue });
  const two = bench.recording(["echo", "two"], { queue });
  const three = bench.recording(["echo", "three"], { queue });
  one.start();
  await one.until("start.json");
  two.start();
  await two.until("queue.json");
  process.kill(two.json<QueueRecord>("queue.json").recorder_pid, "SIGKILL");
  three.start();
  bench.write("go", "");
  await Promise.all([one.ended(), three.ended()]);
  expect(three.text("output.log")).toBe("three\n");
  expect(two.text("output.log")).toBeNull();
});

test("a daemon that is left behind does not keep the slot", async () => {
  const queue = { folder: join(bench.folder, "queue"), limit: 1 };
  const one = bench.recording(
    [
      "sh",
      "-c",
      "setsid sh -c 'echo $$; echo $$ > daemon; exec sleep 60' & until [ -s daemon ]; do sleep 0.05; done",
    ],
    { queue },
  );
  await one.ended();
  const two = bench.recording(["echo", "ran"], { queue });
  await two.ended();
  expect(two.text("output.log")).toBe("ran\n");
  process.kill(Number(bench.read("daemon")), "SIGKILL");
});
