import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { copyFile } from "../../../src/ops/copyFile.ts";
import { fileDigest } from "../../../src/ops/fileDigest.ts";
import { type Registration, register } from "../../../src/ops/register.ts";
import { newRun, runId } from "../store/records.ts";
import { ana, clock, compute, freshWorkspace, take, type Workspace } from "./registered.ts";

function ask(at: Workspace, wish: Partial<Registration>) {
  const parts = {
    store: at.store,
    workspace: at.workspace,
    compute,
    clock,
    digest: fileDigest,
    copy: copyFile,
  };
  return register({ runId: runId(1), path: "m.bin", model: "digits", actor: ana, ...wish }, parts);
}

describe("register", () => {
  it("numbers versions from 1 and makes the model with the first", async () => {
    const at = await freshWorkspace();
    await at.made(1, "m.bin", "one");
    expect(await ask(at, {})).toMatchObject({
      model: "digits",
      version: 1,
      artifact: "m.bin",
      bytes: 3,
      actor: ana,
    });
    await at.made(2, "m.bin", "two");
    expect(await ask(at, { runId: runId(2) })).toMatchObject({ version: 2 });
    expect((await at.store.registry.audit()).map(({ event }) => event.type).sort()).toEqual([
      "model.created",
      "version.registered",
      "version.registered",
    ]);
  });

  it("answers the version that is there for the same bytes of the same run", async () => {
    const at = await freshWorkspace();
    await at.made(1, "m.bin", "one");
    const both = await Promise.all([ask(at, {}), ask(at, {})]);
    expect(both.map(({ version }) => version)).toEqual([1, 1]);
    expect(await at.store.registry.audit()).toHaveLength(2);
  });

  it("takes the kept copy when the file in the workspace is another one by now", async () => {
    const at = await freshWorkspace();
    await at.made(1, "models/m.bin", "one", "kept");
    await writeFile(path.join(at.workspace, "models/m.bin"), "later");
    const version = await ask(at, { path: "./models/m.bin" });
    expect(version.bytes).toBe(3);
  });

  it("keeps a file that was only written, so that the next run can't write over what was registered", async () => {
    const at = await freshWorkspace();
    await at.made(1, "out/m.bin", "one");
    await ask(at, { path: "out/m.bin" });
    await writeFile(path.join(at.workspace, "out/m.bin"), "later");
    const kept = path.join(at.workspace, ".runline", "runs", runId(1), "artifacts", "out", "m.bin");
    expect(await readFile(kept, "utf8")).toBe("one");
    expect(await readdir(path.dirname(kept))).toEqual(["m.bin"]);
  });

  it("finds a file by its absolute path", async () => {
    const at = await freshWorkspace();
    await at.made(1, "m.bin", "one");
    expect(await ask(at, { path: path.join(at.workspace, "m.bin") })).toMatchObject({ artifact: "m.bin" });
  });

  it.each<[string, (at: Workspace) => Promise<unknown>, Partial<Registration>, string]>([
    ["a changed file", (at) => writeFile(path.join(at.workspace, "m.bin"), "two"), {}, "digestChanged"],
    ["a file that is gone", (at) => rm(path.join(at.workspace, "m.bin")), {}, "artifactMissing"],
    ["a folder in its place", (at) => toFolder(path.join(at.workspace, "m.bin")), {}, "artifactMissing"],
    ["a pipe in its place", (at) => toPipe(path.join(at.workspace, "m.bin")), {}, "artifactMissing"],
    ["a file that the run did not make", async () => undefined, { path: "other.bin" }, "artifactMissing"],
    ["a run that is not there", async () => undefined, { runId: runId(9) }, "runUnknown"],
    ["a name with a slash", async () => undefined, { model: "a/b" }, "nameInvalid"],
  ])("refuses %s", async (_, change, wish, code) => {
    const at = await freshWorkspace();
    await at.made(1, "m.bin", "one");
    await change(at);
    await expect(ask(at, wish)).rejects.toMatchObject({ failure: { code } });
    expect(await at.store.registry.audit()).toEqual([]);
  });

  it("takes a link that the script made, and none in the place of a kept copy", async () => {
    const at = await freshWorkspace();
    await at.made(1, "m.bin", "one");
    await at.made(2, "m.bin", "one", "kept");
    const kept = path.join(at.workspace, ".runline", "runs", runId(2), "artifacts", "m.bin");
    for (const place of [path.join(at.workspace, "m.bin"), kept]) {
      await rename(place, `${place}.moved`);
      await symlink(`${place}.moved`, place);
    }
    expect(await ask(at, {})).toMatchObject({ version: 1 });
    await expect(ask(at, { runId: runId(2) })).rejects.toMatchObject({
      failure: { code: "artifactMissing" },
    });
  });

  it("refuses what has no digest, and a folder that was not kept", async () => {
    const at = await freshWorkspace();
    await at.store.runs.create(newRun(1));
    const fact = { kind: "write", time: 1, files: 1, bytes: 1, how: "audit" } as const;
    await take(at.store, runId(1), [
      { ...fact, path: "big.bin", type: "file", digest: null, reason: "over the limit" },
      { ...fact, path: "saved", type: "folder", digest: `sha256:${"a".repeat(64)}` },
    ]);
    await expect(ask(at, { path: "big.bin" })).rejects.toThrow(/big\.bin: over the limit/);
    await expect(ask(at, { path: "saved" })).rejects.toThrow(/it is a folder/);
  });
});

async function toFolder(place: string): Promise<void> {
  await rm(place);
  await mkdir(place);
}

async function toPipe(place: string): Promise<void> {
  await rm(place);
  execFileSync("mkfifo", [place]);
}
