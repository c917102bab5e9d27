/** Every import, type-only ones included, against the layer map of the design. */

import * as fs from "node:fs";
import { isBuiltin } from "node:module";
import * as path from "node:path";
import { expect, test } from "vitest";
import { knownFolders, type Layer, layerOf } from "./layerTable.ts";
import {
  importsOf,
  root,
  type SourceFile,
  type SourceImport,
  shippedFiles,
  withoutComments,
} from "./sourceTree.ts";

/** The folder an import must not leave: the layer's own, which for a panel is its folder. */
function ownFolder(file: string): string {
  const parts = file.split("/");
  return parts.length > 2 ? `${parts[0]}/${parts[1]}/` : file;
}

function packageName(from: string): string {
  return from
    .split("/")
    .slice(0, from.startsWith("@") ? 2 : 1)
    .join("/");
}

function mayImport(file: string, layer: Layer, found: SourceImport): boolean {
  if (found.file !== undefined) {
    const target = found.file;
    return target.startsWith(ownFolder(file)) || layer.project.some((allowed) => target.startsWith(allowed));
  }
  if (isBuiltin(found.from)) {
    const name = found.from.replace(/^node:/, "").split("/")[0] ?? "";
    return layer.node === "all" || (layer.node !== "none" && !layer.node.except.includes(name));
  }
  const name = packageName(found.from);
  return layer.packages.some(
    (allowed) => name === allowed || (/[/-]$/.test(allowed) && name.startsWith(allowed)),
  );
}

function violations(file: SourceFile): string[] {
  const layer = layerOf(file.path);
  if (layer === undefined) return [`${file.path} is in no layer of the map`];
  return file.imports
    .filter((found) => !mayImport(file.path, layer, found))
    .map((found) => `${file.path}:${found.line} imports ${found.file ?? found.from}; ${layer.because}`);
}

test("every import is one that the layer map allows", () => {
  expect(shippedFiles().flatMap(violations)).toEqual([]);
});

test("every import inside the project names its file as it is on disk", () => {
  const missing = shippedFiles().flatMap((file) =>
    file.imports
      .filter((found) => found.file !== undefined && !fs.existsSync(path.join(root, found.file)))
      .map((found) => `${file.path}:${found.line} imports ${found.from}, which does not exist`),
  );
  expect(missing).toEqual([]);
});

test("src/ holds the folders and entries of the design and no others", () => {
  const found = fs.readdirSync(path.join(root, "src"), { withFileTypes: true });
  const folders = found.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const entries = found.filter((entry) => entry.isFile()).map((entry) => entry.name);
  expect(folders.filter((name) => !knownFolders.src.some((known) => known === name))).toEqual([]);
  expect(entries.filter((name) => !knownFolders.entries.some((known) => known === name))).toEqual([]);
});

/** What pure code has no business with: the clock, chance, the process. */
const impure =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bset(?:Timeout|Interval)\b|\bperformance\.|\bthrow\s/;

test("the model reads no clock and never throws", () => {
  const found = shippedFiles()
    .filter((file) => file.path.startsWith("src/model/"))
    .flatMap((file) =>
      withoutComments(file.text)
        .split("\n")
        .flatMap((line, index) => (impure.test(line) ? [`${file.path}:${index + 1} ${line.trim()}`] : [])),
    );
  expect(found).toEqual([]);
});

test("the import reader sees every form of import and no prose", () => {
  const text = [
    'import "./a.ts";',
    'import type { B } from "./b.ts";',
    "import {\n  c,\n} from './c.ts';",
    'export * from "../d.ts";',
    'type E = import("./e.ts").E;',
    'const f = await import("node:fs");',
    '// import "./no.ts"',
    '/* import x from "./no.ts" */',
    'const g = "https://x"; export const h = 1; import i from "i/j";',
  ].join("\n");
  expect(importsOf("src/x/y.ts", text).map((found) => found.file ?? found.from)).toEqual([
    "src/x/a.ts",
    "src/x/b.ts",
    "src/x/c.ts",
    "src/d.ts",
    "src/x/e.ts",
    "node:fs",
    "i/j",
  ]);
});
