import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CodePlace, KeptCode } from "../../../src/compute/code.ts";
import { localCode } from "../../../src/compute/snapshot/snapshot.ts";

const runId = "0190b0e0a5f07c3e8d1a2b3c4d5e6f70";
const code = localCode();
let top: string;
let directory: string;

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "runline-git-"));
  top = path.join(folder, "repo");
  directory = path.join(folder, "run");
  await mkdir(top);
  await mkdir(directory);
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Ana");
  git("config", "user.email", "ana@example.org");
});
afterEach(() => rm(path.dirname(top), { recursive: true, force: true, maxRetries: 20 }));

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: top, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
const write = async (name: string, text: string | Uint8Array) => {
  await mkdir(path.dirname(path.join(top, name)), { recursive: true });
  await writeFile(path.join(top, name), text);
};
function commit(): void {
  git("add", "--all");
  git("commit", "--quiet", "--message", "c");
}
const keep = (workspace = top, limitBytes = 1_000_000) =>
  code.keep({ runId, workspace, directory, limitBytes, written: [] });
const place = (kept: KeptCode, workspace = top): CodePlace => ({
  workspace,
  directory,
  snapshot: kept.snapshot,
});
const filesOf = (kept: KeptCode) =>
  git("ls-tree", "-r", "-z", "--name-only", kept.snapshot.id).split("\0").filter(Boolean);
const text = (bytes: Uint8Array | null) => (bytes === null ? null : new TextDecoder().decode(bytes));

/** Everything of the user's that a snapshot must leave alone. */
async function untouched(): Promise<string> {
  const index = await readFile(path.join(top, ".git", "index")).catch(() => Buffer.alloc(0));
  const status = git("--no-optional-locks", "status", "--porcelain=v2", "--branch");
  return [status, index.toString("base64"), await readFile(path.join(top, ".git", "config"), "utf8")].join(
    "\n",
  );
}

test("uncommitted and untracked files are kept, ignored ones are not, and nothing of the user's changes", async () => {
  await write("train.py", "one\n");
  await write("gone.py", "x\n");
  await write(".gitignore", "*.log\n");
  commit();
  await write("train.py", "two\n");
  await write("staged.py", "s\n");
  git("add", "staged.py");
  await write("new/deep.py", "n\n");
  await write("noise.log", "l\n");
  await rm(path.join(top, "gone.py"));
  await mkdir(path.join(top, ".git", "hooks"), { recursive: true });
  for (const hook of ["pre-commit", "post-index-change", "reference-transaction"]) {
    await writeFile(path.join(top, ".git", "hooks", hook), "#!/bin/sh\ntouch hook-ran\nexit 1\n");
    await chmod(path.join(top, ".git", "hooks", hook), 0o755);
  }
  git("config", "commit.gpgsign", "true");
  git("config", "core.fsmonitor", "/bin/false");
  const before = await untouched();
  const kept = await keep();
  expect(await untouched()).toBe(before);
  expect(filesOf(kept)).toEqual([".gitignore", "new/deep.py", "staged.py", "train.py"]);
  expect(git("show", `${kept.snapshot.id}:train.py`)).toBe("two\n");
  expect(kept.snapshot).toMatchObject({
    kind: "git",
    branch: "main",
    head: git("rev-parse", "HEAD").trim(),
    remote: null,
  });
  expect([...kept.snapshot.changed].sort()).toEqual(["gone.py", "new/deep.py", "staged.py", "train.py"]);
  expect(git("rev-parse", `refs/runline/runs/${runId}`).trim()).toBe(kept.snapshot.id);
  expect(git("branch", "--all").trim()).toBe("* main");
  await expect(stat(path.join(top, "hook-ran"))).rejects.toThrow();
});

test("the same code of the same commit is the same snapshot, at any time", async () => {
  await write("a.py", "1");
  commit();
  const first = await keep();
  const second = await code.keep({
    runId: runId.replace("70", "71"),
    workspace: top,
    directory,
    limitBytes: 1,
    written: [],
  });
  expect(second.snapshot.id).toBe(first.snapshot.id);
});

test("an empty repository has a snapshot without a parent", async () => {
  await write("a.py", "1");
  const kept = await keep();
  expect(kept.snapshot).toMatchObject({ kind: "git", head: null, changed: ["a.py"], branch: "main" });
});

test("any file name is kept and read back", async () => {
  const names = [
    'a b".py',
    "it's.py",
    "two\nlines.py",
    "☃ 🎿.py",
    "-x.py",
    ":(top)x.py",
    "back\\slash.py",
    "st*r.py",
    "tab\t.py",
  ];
  for (const name of names) await write(name, name);
  const kept = await keep();
  expect(filesOf(kept).sort()).toEqual([...names].sort());
  for (const name of names) expect(text(await code.file(place(kept), name))).toBe(name);
});

test("large untracked files are left out and said so; large tracked ones are code", async () => {
  await write("tracked.bin", Buffer.alloc(3000));
  commit();
  await write("tracked.bin", Buffer.alloc(3000, 1));
  await write("data/big.bin", Buffer.alloc(3000));
  await write("small.py", "s");
  const kept = await keep(top, 2000);
  expect(filesOf(kept)).toEqual(["small.py", "tracked.bin"]);
  expect(kept.snapshot.skipped).toEqual(["data/big.bin"]);
  expect(kept.warnings.join()).toContain("data/big.bin");
});

test("a workspace within a larger repository has paths of its own", async () => {
  await write("lib/shared.py", "1");
  await write("ws/train.py", "1");
  commit();
  await write("ws/train.py", "2");
  await write("lib/shared.py", "2");
  const workspace = path.join(top, "ws");
  const kept = await keep(workspace);
  expect([...kept.snapshot.changed].sort()).toEqual([path.join(top, "lib/shared.py"), "train.py"].sort());
  expect(text(await code.file(place(kept, workspace), "train.py"))).toBe("2");
  expect(text(await code.file(place(kept, workspace), path.join(top, "lib/shared.py")))).toBe("2");
  expect(await code.file(place(kept, workspace), "../lib/shared.py")).toBeNull();
  expect(await code.checkout(place(kept, workspace))).toMatchObject({
    kind: "git",
    prefix: "ws/",
    repository: top,
  });
});

test("a merge in progress is kept as the files stand, and stays in progress", async () => {
  await write("a.py", "base\n");
  commit();
  git("checkout", "--quiet", "-b", "other");
  await write("a.py", "other\n");
  commit();
  git("checkout", "--quiet", "main");
  await write("a.py", "main\n");
  commit();
  expect(() => git("merge", "other")).toThrow();
  const before = await untouched();
  const kept = await keep();
  expect(await untouched()).toBe(before);
  expect(git("show", `${kept.snapshot.id}:a.py`)).toContain("<<<<<<<");
});

test("files that git was told to look away from are kept as they are", async () => {
  await write("assumed.py", "1");
  await write("skipped.py", "1");
  commit();
  git("update-index", "--assume-unchanged", "assumed.py");
  git("update-index", "--skip-worktree", "skipped.py");
  await write("assumed.py", "2");
  await write("skipped.py", "2");
  const kept = await keep();
  expect(git("show", `${kept.snapshot.id}:assumed.py`)).toBe("2");
  expect(git("show", `${kept.snapshot.id}:skipped.py`)).toBe("2");
});

test("a change within the clock tick of the index is seen", async () => {
  await write("a.py", "1");
  commit();
  const index = await stat(path.join(top, ".git", "index"));
  await write("a.py", "2");
  await utimes(path.join(top, "a.py"), index.mtime, index.mtime);
  expect(git("show", `${(await keep()).snapshot.id}:a.py`)).toBe("2");
});

test("line ends are normalized as the user has it, and no warning stops the snapshot", async () => {
  await write(".gitattributes", "*.py text eol=crlf\n");
  await write("a.py", "1\r\n2\r\n");
  git("config", "core.safecrlf", "true");
  git("config", "core.autocrlf", "true");
  const kept = await keep();
  expect(git("show", `${kept.snapshot.id}:a.py`)).toBe("1\n2\n");
  expect(await code.changes(place(kept), [])).toEqual([]);
});

test("a submodule is kept by its commit; changes within it are said to be missing", async () => {
  const other = path.join(path.dirname(top), "other");
  await mkdir(other);
  const inOther = (...args: string[]) => execFileSync("git", args, { cwd: other });
  inOther("init", "--quiet");
  await writeFile(path.join(other, "x.py"), "1");
  inOther("add", "--all");
  inOther("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message", "x");
  git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "lib");
  commit();
  expect((await keep()).warnings).toEqual([]);
  await write("lib/x.py", "2");
  const kept = await keep();
  expect(git("ls-tree", kept.snapshot.id, "lib")).toContain("160000 commit");
  expect(kept.warnings.join()).toContain("lib (a submodule with changes of its own");
});

test("a repository in the repository is named, not kept", async () => {
  await write("a.py", "1");
  const inner = path.join(top, "inner");
  await mkdir(inner);
  execFileSync("git", ["init", "--quiet"], { cwd: inner });
  await writeFile(path.join(inner, "x.py"), "1");
  const kept = await keep();
  expect(kept.warnings.join()).toContain("inner/");
  expect(filesOf(kept)).toEqual(["a.py"]);
});

test("a file that goes away while the code is kept is left out, and nothing else", async () => {
  await write(".gitattributes", "a.py filter=tidy\n");
  commit();
  git("config", "filter.tidy.clean", "rm -f z.tmp; cat");
  await write("a.py", "1");
  await write("z.tmp", "half");
  const kept = await keep();
  expect(kept.snapshot.kind).toBe("git");
  expect(filesOf(kept)).toEqual([".gitattributes", "a.py"]);
});

test("a link is kept as a link and never followed", async () => {
  await write("a.py", "1");
  await symlink("/etc/hostname", path.join(top, "out"));
  const kept = await keep();
  expect(git("ls-tree", kept.snapshot.id, "out")).toContain("120000");
  expect(await code.file(place(kept), "out")).toBeNull();
});

test("what differs now is listed by path and nothing is written for it", async () => {
  await write("same.py", "1");
  await write("changed.py", "1");
  await write("gone.py", "1");
  const kept = await keep();
  await write("changed.py", "2");
  await rm(path.join(top, "gone.py"));
  await write("added.py", "1");
  const objects = git("count-objects");
  const changes = await code.changes(place(kept), []);
  expect([...changes].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: "added.py", change: "added" },
    { path: "changed.py", change: "modified" },
    { path: "gone.py", change: "deleted" },
  ]);
  expect(git("count-objects")).toBe(objects);
});

test("a remote's credentials are not kept", async () => {
  await write("a.py", "1");
  git("remote", "add", "upstream", "https://ana:hunter2@example.org/x.git");
  expect((await keep()).snapshot.remote).toBe("https://•••@example.org/x.git");
});

test("a repository that can't be written falls back to a copy and says so", async () => {
  await write("a.py", "1");
  commit();
  await write("a.py", "2");
  // A file where git wants its folder of objects is refused to root as well.
  await rm(path.join(top, ".git", "objects", "info"), { recursive: true, force: true });
  const objects = path.join(top, ".git", "objects");
  for (let first = 0; first < 256; first++)
    await writeFile(path.join(objects, first.toString(16).padStart(2, "0")), "").catch(() => undefined);
  const kept = await keep();
  expect(kept.snapshot.kind).toBe("manifest");
  expect(kept.warnings[0]).toContain("copied instead");
  expect(text(await code.file(place(kept), "a.py"))).toBe("2");
});

test("a repository that git refuses is copied, and said so", async () => {
  await write("a.py", "1");
  await writeFile(path.join(top, ".git", "config"), "[core\n");
  const kept = await keep();
  expect(kept.snapshot.kind).toBe("manifest");
  expect(kept.warnings.join()).toMatch(/Git could not keep the code \(fatal: bad config/);
});

test("a forgotten snapshot has no ref any more", async () => {
  await write("a.py", "1");
  const kept = await keep();
  await code.forget(place(kept), runId);
  expect(git("for-each-ref", "refs/runline")).toBe("");
});
