import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localCode } from "../../../src/compute/snapshot/snapshot.ts";

const runId = "0190b0e0a5f07c3e8d1a2b3c4d5e6f70";
const code = localCode();
let workspace: string;
let directory: string;

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "runline-copy-"));
  workspace = path.join(folder, "ws");
  directory = path.join(folder, "run");
  await mkdir(workspace);
});
afterEach(() => rm(path.dirname(workspace), { recursive: true, force: true }));

const write = async (name: string, text: string) => {
  await mkdir(path.dirname(path.join(workspace, name)), { recursive: true });
  await writeFile(path.join(workspace, name), text);
};
const keep = (limitBytes = 1000, written: readonly string[] = []) =>
  code.keep({ runId, workspace, directory, limitBytes, written });

test("files are copied with their hashes; what tools made and what is too large is left out", async () => {
  await write("train.py", "print(1)\n");
  await write('we"ird\nna me ☃.py', "x");
  await write("__pycache__/x.pyc", "x");
  await write(".runline/runs/x", "x");
  await write("myenv/pyvenv.cfg", "x");
  await write("myenv/lib/site.py", "x");
  await write("big.bin", "x".repeat(1001));
  await symlink("/etc/hostname", path.join(workspace, "link"));
  const { snapshot, warnings } = await keep();
  expect(snapshot).toMatchObject({ kind: "manifest", head: null, skipped: ["big.bin"] });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^Not kept with the code: big\.bin \(over the size limit of 0 MB a file/);
  const manifest: { path: string }[] = JSON.parse(await readFile(path.join(directory, "code.json"), "utf8"));
  expect(manifest.map((entry) => entry.path).sort()).toEqual(["link", "train.py", 'we"ird\nna me ☃.py']);
  const place = { workspace, directory, snapshot };
  expect(new TextDecoder().decode((await code.file(place, "train.py")) ?? undefined)).toBe("print(1)\n");
  for (const outside of ["link", "../run/code.json", "missing.py", "/etc/hostname"])
    expect(await code.file(place, outside)).toBeNull();
  expect(await code.checkout(place)).toEqual({ kind: "copy", folder: path.join(directory, "code") });
});

test("what a broken launch left is not written through", async () => {
  await write("train.py", "secret");
  const outside = path.join(workspace, "..", "outside.txt");
  await writeFile(outside, "untouched");
  await mkdir(path.join(directory, "code"), { recursive: true });
  await symlink(outside, path.join(directory, "code", "train.py"));
  await keep();
  expect(await readFile(outside, "utf8")).toBe("untouched");
});

test("what .gitignore names is no code, as in git: nested rules and exceptions too", async () => {
  await write(".gitignore", "models/\n*.log\n/out.txt\n");
  await write("models/model.json", "1");
  await write("train.log", "1");
  await write("sub/out.txt", "1");
  await write("out.txt", "1");
  await write("sub/.gitignore", "!keep.log\n*.csv\n");
  await write("sub/keep.log", "1");
  await write("sub/deep/x.csv", "1");
  await write("train.py", "1");
  await keep();
  const manifest: { path: string }[] = JSON.parse(await readFile(path.join(directory, "code.json"), "utf8"));
  expect(manifest.map((entry) => entry.path).sort()).toEqual([
    ".gitignore",
    "sub/.gitignore",
    "sub/keep.log",
    "sub/out.txt",
    "train.py",
  ]);
});

test("what runs have written is no code, unless it is a program or settings", async () => {
  await write("train.py", "1");
  const first = await keep();
  await write("models/model.json", "1");
  await write("saved/deep/x.bin", "1");
  await write("config.yaml", "1");
  const written = ["models/model.json", "saved", "config.yaml"];
  const second = await keep(1000, written);
  const manifest: { path: string }[] = JSON.parse(await readFile(path.join(directory, "code.json"), "utf8"));
  expect(manifest.map((entry) => entry.path).sort()).toEqual(["config.yaml", "train.py"]);
  const place = { workspace, directory, snapshot: first.snapshot };
  expect(await code.changes({ ...place, snapshot: second.snapshot }, written)).toEqual([]);
});

test("the same files give the same id", async () => {
  await write("b.py", "1");
  await write("a.py", "2");
  const first = await keep();
  await rm(directory, { recursive: true });
  expect((await keep()).snapshot.id).toBe(first.snapshot.id);
  await write("a.py", "3");
  await rm(directory, { recursive: true });
  expect((await keep()).snapshot.id).not.toBe(first.snapshot.id);
});

test("what differs now", async () => {
  await write("same.py", "1");
  await write("changed.py", "1");
  await write("gone.py", "1");
  await write("big.bin", "x".repeat(1001));
  const { snapshot } = await keep();
  await write("changed.py", "2");
  await write("added.py", "1");
  await rm(path.join(workspace, "gone.py"));
  const changes = await code.changes({ workspace, directory, snapshot }, []);
  expect([...changes].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: "added.py", change: "added" },
    { path: "changed.py", change: "modified" },
    { path: "gone.py", change: "deleted" },
  ]);
});

test("a copy that was tampered with is not shown as the code of the run", async () => {
  await write("a.py", "1");
  const { snapshot } = await keep();
  await writeFile(path.join(directory, "code", "a.py"), "2");
  expect(await code.file({ workspace, directory, snapshot }, "a.py")).toBeNull();
});
