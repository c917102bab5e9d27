/** The command line with a host, as a person uses it. */

import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { standInGpus } from "../../editor/standInGpus.ts";
import { openSshBench, type SshBench } from "../../faults/ssh/bench/sshd.ts";
import { until } from "../../faults/stack.ts";
import { type Answer, type Running, sampleFolder, start } from "../cli/commandLine.ts";

/** Holds what it has been given until the file of its argument is there. */
const holding = `import os, sys, time
print("sees", os.environ["CUDA_VISIBLE_DEVICES"], flush=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.05)
`;

let bench: SshBench;
let folder: string;
let root: string;

beforeAll(async () => {
  bench = await openSshBench();
  await bench.serve({ name: "gpu-box" });
  folder = await sampleFolder();
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  await mkdir(path.join(folder, ".vscode"), { recursive: true });
  await writeFile(path.join(folder, ".vscode", "settings.json"), hostSettings("gpu-box"));
});
afterAll(async () => {
  await bench?.close();
  for (const each of [folder, root]) await rm(each, { recursive: true, force: true, maxRetries: 3 });
});

const hostSettings = (...hosts: string[]) =>
  JSON.stringify({
    "runline.hosts": Object.fromEntries(hosts.map((host) => [host, { directory: root, parallelRuns: 0 }])),
  });
const runline = (...args: string[]) => start(folder, args, { RUNLINE_SSH_CONFIG: bench.configuration });
const done = (...args: string[]): Promise<Answer> => runline(...args).done;

test("hosts are listed, and checked", async () => {
  expect((await done("hosts")).out).toContain("gpu-box  SSH configuration");
  const { code, out } = await done("hosts", "gpu-box");
  expect(out).toMatch(/^gpu-box {2}ready/);
  expect(out).toContain("runs the recorder");
  expect(code).toBe(0);
  const none = await done("hosts", "nowhere.invalid");
  expect(none.code).toBe(1);
  expect(none.error).toContain("Could not reach nowhere.invalid: its name is not known.");
});

test("a run on a host prints what it prints, and exits as it exits", async () => {
  const script = "import sys\nfor i in range(3): print('loss', 1/(i+1))\nsys.exit(4)\n";
  await writeFile(path.join(folder, "there.py"), script);
  const { code, out, error } = await done("run", "--on", "gpu-box", "--name", "away", "there.py");
  expect(out).toBe("loss 1.0\nloss 0.5\nloss 0.3333333333333333\n");
  expect(error).toContain("runline: away failed: exit 4");
  expect(code).toBe(4);
  const shown = JSON.parse((await done("show", "away", "--json")).out);
  expect(shown.run).toMatchObject({ host: "gpu-box", state: "failed", exitCode: 4 });
  expect((await done("log", "away")).out).toBe(out);
});

test("a variable goes along by its name, and is written nowhere", async () => {
  const run = start(
    folder,
    ["run", "--on", "gpu-box", "--env", "API_KEY", "--", "sh", "-c", "echo $API_KEY; env | grep -c ^HIDDEN"],
    {
      RUNLINE_SSH_CONFIG: bench.configuration,
      API_KEY: "k3y-of-mine",
      HIDDEN: "1",
    },
  );
  const { out } = await run.done;
  expect(out.split("\n")[1]).toBe("0");
});

test("a run that is left goes on, is followed again, and is canceled", async () => {
  const script = "import time\nfor i in range(600):\n  print('step', i, flush=True)\n  time.sleep(0.1)\n";
  await writeFile(path.join(folder, "long.py"), script);
  const { out } = await done("run", "--detach", "--on", "gpu-box", "--name", "long", "long.py");
  expect(out).toMatch(/^long {2}[0-9a-f]{32}\n$/);
  const following = runline("log", "-f", "long");
  await following.seen("step 3\n");
  expect(JSON.parse((await done("cancel", "long", "--json")).out)).toMatchObject({ asked: true });
  const followed = await following.done;
  const id = out.trim().split("  ")[1] ?? "";
  expect(followed.out).toBe(await readFile(path.join(root, "runs", id, "output.log"), "utf8"));
  expect(JSON.parse((await done("show", "long", "--json")).out).run.state).toBe("cancelled");
});

test("a command that is killed while it starts a run leaves a whole run or none", async () => {
  await writeFile(path.join(folder, "steps.py"), "for i in range(30): print('loss', i)\n");
  const there = () => readdir(path.join(root, "runs")).catch((): string[] => []);
  for (const moment of ["prepared", "spec.json", "claim"]) {
    const before = new Set(await there());
    const running = runline("run", "--on", "gpu-box", "--name", `killed-${moment}`, "steps.py");
    const id = await until(moment, async () => {
      const fresh = (await there()).find((name) => !before.has(name));
      if (fresh === undefined || moment === "prepared") return fresh;
      return (await readdir(path.join(root, "runs", fresh))).includes(moment) ? fresh : null;
    });
    running.child.kill("SIGKILL");
    await running.done;
    const claimed = (await readdir(path.join(root, "runs", id))).includes("claim");
    const run = await until("the end", async () => {
      const runs = JSON.parse((await done("runs", "--json")).out) as { id: string; state: string }[];
      const found = runs.find((each) => each.id === id);
      return !claimed ? "none" : found?.state === "finished" ? found : null;
    });
    if (run !== "none") expect((await done("log", id)).out.trim().split("\n").length).toBe(30);
  }
}, 120_000);

test("a host that is away changes no state; what is known is shown, and why", async () => {
  const { out } = await done("run", "--detach", "--on", "gpu-box", "--name", "unseen", "long.py");
  const id = out.trim().split("  ")[1] ?? "";
  await writeFile(
    path.join(folder, "config"),
    (await readFile(bench.configuration, "utf8")).replace(/Port \d+/, "Port 1"),
  );
  const away = await start(folder, ["show", "unseen", "--json"], {
    RUNLINE_SSH_CONFIG: path.join(folder, "config"),
  }).done;
  expect(away.error).toContain("Could not reach gpu-box: port 1 refused. ".trim().slice(0, 40));
  expect(["running", "unknown", "queued"]).toContain(JSON.parse(away.out).run.state);
  await done("cancel", id);
});

test("a model that a run on a host has kept is registered with the bytes it has there", async () => {
  const script = `import os
os.makedirs("models", exist_ok=True)
open("models/model.json", "w").write('{"weights": [1, 2, 3]}')
open("loose.txt", "w").write("not kept")
`;
  await writeFile(path.join(folder, "make.py"), script);
  expect(await done("run", "--on", "gpu-box", "--name", "maker", "make.py")).toMatchObject({ code: 0 });
  const registered = await done("register", "maker", "models/model.json", "--model", "away", "--json");
  expect(registered.error).toBe("");
  expect(JSON.parse(registered.out)).toMatchObject({ model: "away", version: 1, bytes: 22 });
  const loose = await done("register", "maker", "loose.txt", "--model", "away");
  expect(loose.error).toContain("gpu-box keeps no copy of it");
  expect(loose.code).toBe(1);
});

test("runs that ask for a GPU of a busy machine stand in line, and say where and why", async () => {
  const gpus = standInGpus(path.join(root, "gpus"), "a100");
  // Locks are for all of a machine; other tests have the GPUs of the fixture.
  const own = randomBytes(4).toString("hex");
  const renamed = Object.fromEntries(
    await Promise.all(
      ["gpus", "apps", "xml"].map(async (part) => {
        const text = await readFile(path.join(gpus.folder, part), "utf8");
        return [part, text.replaceAll(/GPU-[0-9a-f]{8}/g, (id) => `${id.slice(0, 8)}-${own}`)] as const;
      }),
    ),
  );
  gpus.become("a100", renamed);
  await bench.serve({ name: "busy-box", server: [`SetEnv PATH=${gpus.bin}:/usr/local/bin:/usr/bin:/bin`] });
  await writeFile(path.join(folder, ".vscode", "settings.json"), hostSettings("gpu-box", "busy-box"));
  await writeFile(path.join(folder, "hold.py"), holding);
  const ask = (name: string) =>
    runline("run", "--on", "busy-box", "--gpus", "1", "--name", name, "hold.py", path.join(root, name));
  const running: Running[] = [ask("first")];
  await running[0]?.seen("sees GPU-");
  running.push(ask("second"));
  await running[1]?.seen("runline: second: waiting for 1 GPU: GPU 0 ");
  running.push(ask("third"));
  await running[2]?.seen("runline: third: waiting for 1 GPU (2nd): GPU 0 ");
  const { out } = await done("runs");
  expect(out).toMatch(/third.*queued.*waiting for 1 GPU \(2nd\): GPU 0/);
  expect((await done("cancel", "third")).code).toBe(0);
  await running[2]?.done;
  for (const name of ["first", "second"]) await writeFile(path.join(root, name), "");
  const [first, second] = await Promise.all(running.map((each) => each.done));
  expect([first?.code, second?.code]).toEqual([0, 0]);
  expect(second?.out).toBe(first?.out);
}, 240_000);
