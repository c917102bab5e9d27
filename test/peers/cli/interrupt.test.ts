/** Ctrl+C, detached runs, and two programs on one folder. */

import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { json, remove, runline, start, temporaryFolder } from "./commandLine.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  const slow = 'import time\nprint("ready")\nfor step in range(600):\n    time.sleep(0.1)\n';
  await writeFile(path.join(folder, "slow.py"), slow);
  const stubborn = `import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n${slow}`;
  await writeFile(path.join(folder, "stubborn.py"), stubborn);
});
afterAll(() => remove(folder));

it("cancels the run on Ctrl+C", async () => {
  const running = start(folder, ["run", "--name", "first", "slow.py"]);
  await running.seen("ready");
  running.child.kill("SIGINT");
  const { code, error } = await running.done;
  expect(error).toContain("asking first to end; Ctrl+C again leaves it running");
  expect(error).toContain("first was canceled");
  expect(code).toBe(130);
  expect((await json(folder, "show", "first")) as object).toMatchObject({ run: { state: "cancelled" } });
});

it("goes on to the end when nobody reads what it says beside the output", async () => {
  const running = start(folder, ["run", "--", "sh", "-c", "sleep 0.2; echo over"]);
  running.child.stderr?.destroy();
  expect(await running.done).toMatchObject({ code: 0, out: "over\n" });
});

it("leaves it running on a second Ctrl+C, and cancel ends it from elsewhere", async () => {
  const running = start(folder, ["run", "--name", "second", "stubborn.py"]);
  await running.seen("ready");
  running.child.kill("SIGINT");
  await running.seen("again leaves it running");
  running.child.kill("SIGINT");
  const { code, error } = await running.done;
  expect(error).toContain("second goes on; see runline log -f second");
  expect(code).toBe(130);
  const shown = (await json(folder, "show", "second")) as { run: { state: string } };
  expect(shown.run.state).toBe("running");
});

it("starts a run and comes back; log -f follows it to its end", async () => {
  const { out, code } = await runline(folder, "run", "--detach", "--name", "third", "slow.py");
  expect(out).toMatch(/^third {2}[0-9a-f]{32}\n$/);
  expect(code).toBe(0);
  const following = start(folder, ["log", "-f", "third"]);
  await following.seen("ready");
  expect((await json(folder, "cancel", "third")) as object).toMatchObject({ name: "third", asked: true });
  expect((await following.done).out).toContain("ready\n");
  expect((await json(folder, "cancel", "third")) as object).toMatchObject({ asked: false });
});
