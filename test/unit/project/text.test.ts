/** What no file of the project may say. */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, test } from "vitest";
import { root } from "./sourceTree.ts";

/** All text files that git would take. */
function ownFiles(): string[] {
  return execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\0")
    .filter((file) => /\.(ts|mjs|py|css|json|md|ya?ml|svg|sh)$|^\.[a-z]+$|^\.ci\//.test(file))
    .filter((file) => fs.existsSync(path.join(root, file)));
}

/** Lines of files that fit a pattern, as file:line text. */
function linesWith(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    fs
      .readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 160)}`] : [],
      ),
  );
}

const files = ownFiles();
const code = files.filter((file) => /\.(ts|mjs|py)$/.test(file) && file !== "test/unit/project/text.test.ts");
const prose = files.filter(
  (file) => file !== "package-lock.json" && file !== "test/unit/project/text.test.ts",
);

test("nothing is printed past the logger and the CLI's own streams", () => {
  const shipped = code.filter((file) => /^(src|webview|test)\/.*\.(ts|mjs)$/.test(file));
  expect(linesWith(shipped, /\bconsole\.\w+\(/)).toEqual([]);
});

test("no note to self is left", () => {
  expect(linesWith(code, /\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([]);
});

test("no check is switched off and no test is focused or skipped for good", () => {
  const off = /biome-ignore|@ts-(ignore|nocheck|expect-error)|\b(test|it|describe)\.only\(/;
  expect(linesWith(code, off)).toEqual([]);
});

/** The folder of this checkout and the home of whoever runs this, and what such paths look like elsewhere. */
const machinePaths = new RegExp(
  [root, os.homedir(), "/root", "/home/(?!(?:ana|maria|user|me|u)/)\\w+", "/Users/\\w+"]
    .map((it) => `(?:^|[^\\w.~-])${it}/`)
    .join("|"),
);

test("no path of anybody's machine is in a file", () => {
  expect(linesWith(prose, machinePaths)).toEqual([]);
});
