import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { InterpreterWish } from "../../../src/compute/compute.ts";
import { activated, cleanEnvironment } from "../../../src/compute/local/environment.ts";
import { findInterpreter } from "../../../src/compute/local/interpreter.ts";
import { findProgram } from "../../../src/compute/local/program.ts";
import { failureOf } from "../../../src/model/failure.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "runline-python-")));
});
afterEach(() => rm(folder, { recursive: true }));

/** Something that answers like a Python of a version, or does not. */
async function fakePython(place: string, says: string, more = ""): Promise<string> {
  const file = path.join(folder, place);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${more}\necho "runline ${says}"\necho "$0"\n`);
  await chmod(file, 0o755);
  return file;
}

const wish: InterpreterWish = { setting: "", editor: null, script: "train.py", folders: [] };
const find = (changes: Partial<InterpreterWish>, PATH: string) =>
  findInterpreter({ ...wish, ...changes }, { PATH });
const codeOf = (wait: Promise<unknown>) =>
  wait.then(
    () => "none",
    (thrown) => failureOf(thrown).code,
  );

test("the order: what is set, what the editor chose, beside the script, beside the workspace, the PATH", async () => {
  const bin = path.join(folder, "bin");
  const onPath = await fakePython("bin/python3", "3.11.2");
  const inWorkspace = await fakePython("ws/.venv/bin/python", "3.12.0");
  const nearer = await fakePython("ws/sub/venv/bin/python", "3.10.0");
  const editor = await fakePython("editor/python", "3.13.0");
  const set = await fakePython("set/python", "3.9.0");
  const folders = [path.join(folder, "ws/sub"), path.join(folder, "ws")];
  expect((await find({ setting: set, editor, folders }, bin)).script).toBe(set);
  expect((await find({ editor, folders }, bin)).script).toBe(editor);
  expect((await find({ folders }, bin)).script).toBe(nearer);
  expect((await find({ folders: folders.slice(1) }, bin)).script).toBe(inWorkspace);
  expect(await find({}, bin)).toMatchObject({
    script: onPath,
    version: "3.11.2",
    recorder: onPath,
    environment: null,
  });
});

test("an explicit choice that does not work is said, never replaced", async () => {
  const bin = path.dirname(await fakePython("bin/python3", "3.11.2"));
  const broken = await fakePython("broken/python", "3.11.2", "echo boom >&2; exit 3");
  expect(await codeOf(find({ setting: "/nowhere/python" }, bin))).toBe("pythonBroken");
  await expect(find({ editor: broken }, bin)).rejects.toThrow(/ended with exit code 3 instead/);
  expect((await find({ setting: "python3" }, bin)).script).toBe(path.join(bin, "python3"));
});

test("a found one that does not work is passed over; none at all is said with the script's name", async () => {
  await fakePython("ws/.venv/bin/python", "3.11.2", "exit 1");
  const bin = path.dirname(await fakePython("bin/python", "3.11.2"));
  expect((await find({ folders: [path.join(folder, "ws")] }, bin)).script).toBe(path.join(bin, "python"));
  const thrown = await find({}, path.join(folder, "empty")).catch((error: unknown) => failureOf(error));
  expect(thrown).toMatchObject({ code: "noPython", message: "No Python was found to run train.py." });
});

test("an old Python runs its script while a newer one records", async () => {
  const old = await fakePython("old/python", "3.6.9");
  const bin = path.dirname(await fakePython("bin/python3", "3.8.0"));
  expect(await find({ editor: old }, bin)).toMatchObject({
    script: old,
    recorder: path.join(bin, "python3"),
  });
});

test("an environment is put in force for what the script starts", async () => {
  const python = await fakePython("ws/.venv/bin/python", "3.11.2");
  await writeFile(path.join(folder, "ws/.venv/pyvenv.cfg"), "");
  const found = await find({ folders: [path.join(folder, "ws")] }, "/usr/bin");
  const root = path.join(folder, "ws/.venv");
  expect(found).toMatchObject({ script: python, environment: { kind: "venv", root } });
  const environment = activated({ PATH: "/usr/bin", PYTHONHOME: "/x", HOME: "/h" }, found);
  expect(environment).toEqual({ PATH: `${root}/bin:/usr/bin`, VIRTUAL_ENV: root, HOME: "/h" });
});

test("the editor's own variables do not reach the script", () => {
  const kept = cleanEnvironment({
    ...{ ELECTRON_RUN_AS_NODE: "1", VSCODE_IPC_HOOK: "x", NODE_OPTIONS: "--inspect", RUNLINE_RUN_ID: "x" },
    ...{
      GIT_ASKPASS: "/editor/askpass.sh",
      VSCODE_GIT_ASKPASS_NODE: "/editor/node",
      CHROME_BIN: "/bin/chrome",
    },
    ...{
      PATH: "/bin",
      PYTHONPATH: "lib",
      CUDA_VISIBLE_DEVICES: "0",
      NODE_ENV: "test",
      EMPTY: "",
      GONE: undefined,
    },
  });
  expect(kept).toEqual({
    PATH: "/bin",
    PYTHONPATH: "lib",
    CUDA_VISIBLE_DEVICES: "0",
    NODE_ENV: "test",
    EMPTY: "",
    CHROME_BIN: "/bin/chrome",
  });
});

test("a terminal's address of Runline does not reach a run, a person's own does", () => {
  const ours = { MLFLOW_TRACKING_URI: "http://127.0.0.1:1", RUNLINE_MLFLOW_URI: "http://127.0.0.1:1" };
  expect(cleanEnvironment({ ...ours, MLFLOW_TRACKING_TOKEN: "t", A: "1" })).toEqual({ A: "1" });
  const own = { MLFLOW_TRACKING_URI: "https://team.example", MLFLOW_TRACKING_TOKEN: "t" };
  expect(cleanEnvironment(own)).toEqual(own);
  expect(cleanEnvironment({ ...ours, ...own })).toEqual(own);
});

test("a program is found as the shell would find it", async () => {
  const tool = await fakePython("bin/tool", "x");
  await writeFile(path.join(folder, "bin", "data"), "");
  await symlink(tool, path.join(folder, "link"));
  const at = (word: string) => findProgram(word, folder, { PATH: `/nowhere:${folder}/bin` });
  expect(await at("tool")).toBe(tool);
  expect(await at("./link")).toBe(path.join(folder, "link"));
  expect(await at("bin/tool")).toBe(tool);
  for (const word of ["data", "bin", "./bin", "link", "nothing", ""]) expect(await at(word)).toBeNull();
});
