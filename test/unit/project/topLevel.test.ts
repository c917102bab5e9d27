/** What stands at the top: what the design names, besides dot-files, the lock file and the licence. */

import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "./sourceTree.ts";

const named = [
  ...["src", "webview", "media", "test"],
  ...["package.json", "tsconfig.json", "esbuild.mjs", "README.md", "package-lock.json", "LICENSE"],
];

test("the top level holds exactly the names of the design", () => {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const top = new Set(listed.split("\0").flatMap((file) => file.split("/")[0] || []));
  const visible = [...top].filter((name) => !name.startsWith(".")).sort();
  expect(visible).toEqual(named.toSorted());
  expect([...top]).toContain(".vscodeignore");
  expect([...top]).toContain(".ci");
});
