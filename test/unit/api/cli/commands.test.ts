/** What commands of the CLI do, from its own entry with real engines, in a folder of its own. */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFolder, openFolder } from "../../../../src/api/cli/folder.ts";
import { main } from "../../../../src/api/cli/main.ts";
import type { Terminal } from "../../../../src/api/cli/terminal.ts";
import { localCompute } from "../../../../src/compute/local/local.ts";
import { engines } from "../editor/serverHarness.ts";

const train = `import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--seed", type=int, default=0)
given = parser.parse_args()
print(f"step 1: loss {given.lr + given.seed / 10:.2f}")
`;

let folder: string;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "runline-commands-")));
  environment = {};
  await writeFile(path.join(folder, "train.py"), train);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function runline(...args: string[]) {
  return runlineWith(engines, ...args);
}

async function runlineWith(parts: typeof engines, ...args: string[]) {
  const said = { out: "", error: "" };
  const text = (given: string | Uint8Array) => Buffer.from(given).toString();
  const terminal: Terminal = {
    out: async (given) => {
      said.out += text(given);
    },
    note: (given) => {
      said.error += text(given);
    },
    color: false,
    noteColor: false,
    interactive: false,
    onInterrupt: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const [name = "", ...rest] = args;
  const code = await main([name, "-C", folder, ...rest], {
    terminal,
    version: "1.2.3",
    environment,
    openProject: async (at) => openFolder(await findFolder(at), parts, {}, terminal),
  });
  return { code, ...said };
}

async function json(...args: string[]) {
  const { out } = await runline(args[0] ?? "", "--json", ...args.slice(1));
  return JSON.parse(out);
}

test("runs are grouped by a parameter, with mean and deviation", async () => {
  for (const [lr, seed] of [
    ["0.1", "0"],
    ["0.1", "2"],
    ["0.5", "1"],
  ])
    await runline("run", "--name", `lr${lr}-${seed}`, "train.py", "--lr", lr ?? "", "--seed", seed ?? "");
  const names = ["lr0.1-0", "lr0.1-2", "lr0.5-1"];
  const { by, groups } = await json("compare", "--group", "lr", ...names);
  expect(by).toBe("lr");
  expect(groups).toMatchObject([
    { value: "0.1", metrics: { loss: { count: 2, min: 0.1, max: 0.3 } } },
    { value: "0.5", metrics: { loss: { count: 1, mean: 0.6, deviation: "NaN" } } },
  ]);
  expect(groups[0].metrics.loss.mean).toBeCloseTo(0.2);
  const { out } = await runline("compare", "-g", "lr", ...names);
  expect(out).toMatch(/lr=0\.1 \(2\) +lr=0\.5 \(1\)\nloss +0\.2 ± 0\.14142 +0\.6\n/);
});

test("a deleted run is there until it is purged, and then gone with its files", async () => {
  const { id } = await json("run", "--name", "one", "train.py");
  const directory = path.join(folder, ".runline", "runs", id);
  expect(await runline("purge")).toMatchObject({ code: 0, out: "removed 0 runs\n" });
  await runline("delete", "one");
  expect(await json("purge", "--older", "7")).toEqual({ purged: 0 });
  expect(existsSync(directory)).toBe(true);
  expect(await json("purge")).toEqual({ purged: 1 });
  expect(await readdir(path.join(folder, ".runline", "runs"))).toEqual([]);
  expect((await runline("restore", id)).code).toBe(3);
  expect(await json("runs")).toEqual([]);
});

test("a run that a script of a run starts knows whose it is", async () => {
  const { id } = await json("run", "--name", "parent", "train.py");
  environment.RUNLINE_RUN_ID = id;
  const child = await json("run", "--name", "child", "train.py");
  const spec = async (of: string) =>
    JSON.parse(await readFile(path.join(folder, ".runline", "runs", of, "spec.json"), "utf8"));
  expect(await spec(child.id)).toMatchObject({ parent: id });
  expect(await spec(id)).toMatchObject({ parent: null });
  environment.RUNLINE_RUN_ID = "f".repeat(32);
  const stranger = await json("run", "train.py");
  expect(await spec(stranger.id)).toMatchObject({ parent: null });
});

test("what can't run leaves nothing behind", async () => {
  const bin = path.join(folder, "bin");
  await mkdir(bin);
  const nowhere = { ...engines, compute: localCompute("no-recorder", { PATH: bin }) };
  expect(await runlineWith(nowhere, "run", "train.py")).toMatchObject({ code: 1, out: "" });
  expect((await runline("run", "missing.py")).code).toBe(1);
  expect(existsSync(path.join(folder, ".runline"))).toBe(false);
});
