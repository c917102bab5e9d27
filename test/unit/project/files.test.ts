/** Size and names of files: one idea each. */

import * as path from "node:path";
import { expect, test } from "vitest";
import { sourceFiles } from "./sourceTree.ts";

const cap = 500;
const entryCap = 150;
const medianGoal = 100;

const own = [
  ...["src", "webview", "test"].flatMap((folder) => sourceFiles(folder, [".ts", ".mjs", ".py", ".css"])),
].filter((file) => !file.path.startsWith("test/fixtures/"));
const entries = own.filter((file) => /^src\/[^/]+\.ts$|^webview\/[^/]+\/main\.ts$/.test(file.path));

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

test(`no file is longer than ${cap} lines`, () => {
  expect(own.filter((file) => file.lines > cap).map((file) => `${file.path}: ${file.lines} lines`)).toEqual(
    [],
  );
});

test(`entry files only wire, in at most ${entryCap} lines`, () => {
  expect(
    entries.filter((file) => file.lines > entryCap).map((file) => `${file.path}: ${file.lines}`),
  ).toEqual([]);
});

test(`half of the files that ship are shorter than ${medianGoal} lines`, () => {
  const shipped = own.filter((file) => /^(src|webview)\//.test(file.path));
  expect(median(shipped.map((file) => file.lines))).toBeLessThan(medianGoal);
});

/** Names that hold anything and therefore say nothing. */
const forbidden = /^(utils?|helpers?|common|misc|managers?|types|lib|stuff|index)$/i;

test("a file or folder is named after its one idea", () => {
  const named = own.filter((file) => !file.path.startsWith("test/host/"));
  const bad = named.filter((file) =>
    file.path.split("/").some((part) => forbidden.test(part.replace(/\..*$/, ""))),
  );
  expect(bad.map((file) => file.path)).toEqual([]);
});

test("file names are camelCase, Python's snake_case, a migration's its number", () => {
  const style = (name: string) =>
    name.endsWith(".py") ? /^[a-z_][a-z0-9_]*\.py$/ : /^([a-z][a-zA-Z0-9]*|\d{4})(\.(test|config|d))?\.\w+$/;
  const bad = own.map((file) => path.basename(file.path)).filter((name) => !style(name).test(name));
  expect(bad).toEqual([]);
});
