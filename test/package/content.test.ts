/** The package holds exactly what is needed to run, and what it holds starts. */

import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packagePath, projectRoot } from "../editor/built.ts";
import { zipListing } from "./zipListing.ts";

const bytesAtMost = 15_000_000;

const panels = fs
  .readdirSync(path.join(projectRoot, "webview"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "shared")
  .map((entry) => entry.name);
const platforms = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm64",
  "linux-x64",
  "linuxmusl-arm64",
  "linuxmusl-x64",
].concat("win32-arm64", "win32-x64");

/** What a person who installs Runline gets, without which something is missing. */
const needed = [
  ...["extension.vsixmanifest", "[Content_Types].xml", "extension/package.json", "extension/readme.md"],
  ...["extension/LICENSE.txt", "extension/changelog.md"],
  ...["extension.cjs", "languageClient.cjs", "server.cjs", "cli.cjs", "recorder.pyz"].map(
    (name) => `extension/dist/${name}`,
  ),
  ...["web-tree-sitter.wasm", "tree-sitter-python.wasm"].map((name) => `extension/dist/${name}`),
  ...["codicon.css", "codicon.ttf", ...panels.map((name) => `${name}.js`)].map(
    (name) => `extension/dist/webview/${name}`,
  ),
  ...["package.json", "LICENSE", "lib/index.js"].map(
    (name) => `extension/dist/node_modules/better-sqlite3/${name}`,
  ),
  ...platforms.map((name) => `extension/dist/node_modules/better-sqlite3/prebuilds/${name}.node`),
];
/** What may be there besides. */
const allowed = [
  /^extension\/dist\/webview\/[a-zA-Z]+\.css$/,
  /^extension\/dist\/node_modules\/better-sqlite3\/lib\/[\w/-]+\.js$/,
  /^extension\/media\/[\w/.-]+\.(svg|png|md|py|csv|json|ya?ml|txt|gitignore)$/,
];

const entries = zipListing(packagePath);
const names = entries.map((entry) => entry.name);

test("everything needed is in the package", () => {
  expect(needed.filter((name) => !names.includes(name))).toEqual([]);
});

test("nothing else is in the package", () => {
  expect(names.filter((name) => !needed.includes(name) && !allowed.some((it) => it.test(name)))).toEqual([]);
});

test("the package is small enough to download without a second thought", () => {
  const size = fs.statSync(packagePath).size;
  process.stdout.write(`  dist/runline.vsix: ${(size / 1e6).toFixed(1)} MB, ${names.length} files\n`);
  expect(size).toBeLessThan(bytesAtMost);
});

test("the extension host's bundle is within its budget", () => {
  const bundle = entries.find((entry) => entry.name === "extension/dist/extension.cjs");
  expect(bundle?.size ?? 0).toBeLessThanOrEqual(400_000);
});

test("no sample data carries what a run or an editor left behind", () => {
  expect(names.filter((name) => /\.runline|__pycache__|\.pyc$|\.vscode\/|\.git\//.test(name))).toEqual([]);
});

let unpacked: string;

beforeAll(() => {
  unpacked = fs.mkdtempSync(path.join(os.tmpdir(), "runline-package-"));
  execFileSync("python3", ["-m", "zipfile", "-e", packagePath, unpacked]);
});

afterAll(() => fs.rmSync(unpacked, { recursive: true, force: true }));

test("the packaged CLI starts and finds its driver without the project", () => {
  const cli = path.join(unpacked, "extension", "dist", "cli.cjs");
  const options = { encoding: "utf8", cwd: unpacked } as const;
  expect(execFileSync(process.execPath, [cli, "--help"], options)).toContain("runline");
  expect(JSON.parse(execFileSync(process.execPath, [cli, "runs", "--json"], options))).toBeDefined();
});

test("the packaged recorder starts on the Python that is here", () => {
  const recorder = path.join(unpacked, "extension", "dist", "recorder.pyz");
  const answer = spawnSync("python3", [recorder], { encoding: "utf8" });
  expect(answer.stderr).toContain("usage: recorder run");
});
