import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { editorSettings } from "../../../../src/api/cli/editorSettings.ts";
import { findFolder, openFolder } from "../../../../src/api/cli/folder.ts";
import { defaultSettings } from "../../../../src/api/settings.ts";
import { engines } from "../editor/serverHarness.ts";

let root: string;
beforeAll(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), "runline-folder-")));
  await mkdir(path.join(root, "project", ".runline"), { recursive: true });
  await mkdir(path.join(root, "project", "deep", "er"), { recursive: true });
  await mkdir(path.join(root, "fresh", "below"), { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("the folder of a command line", () => {
  it.each([
    ["project", "project"],
    ["project/deep/er", "project"],
    ["project/.runline", "project"],
    ["fresh/below", "fresh/below"],
  ])("from %s it is %s", async (from, expected) => {
    expect(await findFolder(path.join(root, from))).toBe(path.join(root, expected));
  });

  it("is none where there is no such folder", async () => {
    await expect(findFolder(path.join(root, "gone"))).rejects.toMatchObject({
      failure: { code: "folderMissing" },
    });
  });

  it("has the settings that the editor keeps in it; the environment says where the runs are", async () => {
    const folder = path.join(root, "fresh");
    await mkdir(path.join(folder, ".vscode"));
    await writeFile(
      path.join(folder, ".vscode", "settings.json"),
      '{"runline.directory": "a", "runline.graceSeconds": 3}',
    );
    const notes: unknown[] = [];
    const open = (environment: NodeJS.ProcessEnv) =>
      openFolder(folder, engines, environment, { note: (text) => void notes.push(text) });
    expect((await open({})).layout.directory).toBe(path.join(folder, "a"));
    const elsewhere = await open({ RUNLINE_DIRECTORY: path.join(root, "b") });
    expect(elsewhere.layout.directory).toBe(path.join(root, "b"));
    expect(elsewhere.settings).toEqual({
      ...defaultSettings,
      directory: path.join(root, "b"),
      graceSeconds: 3,
    });
    expect(notes).toEqual([]);
  });
});

describe("the editor's settings file", () => {
  it.each<[string, string, object]>([
    ["empty", "", { capture: {} }],
    ["broken", "{", { capture: {} }],
    ["a list", "[1]", { capture: {} }],
    ["others' settings", '{"editor.tabSize": 2, "runline": {"python": "x"}}', { capture: {} }],
    [
      "comments, commas and text that looks like them",
      '// one\n{\n "runline.python": "/opt//py, }", /* two\n */ "runline.capture.patterns": ["a", "b",], // three\n}\n',
      { python: "/opt//py, }", capture: { patterns: ["a", "b"] } },
    ],
    [
      "other names and units on the wire",
      '{"runline.capture.artifactLimitMegabytes": 2, "runline.capture.dataFolders": ["/data"], "runline.parallelRuns": 3}',
      { parallelRuns: 3, capture: { artifact_limit_bytes: 2_000_000, data_folders: ["/data"] } },
    ],
  ])("%s", (_, text, expected) => expect(editorSettings(text)).toEqual(expected));
});
