/** What `npm test -- …` makes of its words. */

import { execFile } from "node:child_process";
import * as path from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../editor/built.ts";
import { chosenFiles } from "../../levels/chosenFiles.ts";

test("a word that fits no test is told, and nothing is run", async () => {
  const args = [path.join(projectRoot, "test", "all.mjs"), "unit", "testArguments", "noSuchTest"];
  const [code, told] = await new Promise<[unknown, string]>((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => resolve([error?.code, stdout + stderr]));
  });
  expect(told).toContain("No test is called noSuchTest there.\nUsage: ");
  expect(code).toBe(2);
});

test("a word chooses files by any part of their paths, in the extension host by a title", () => {
  const here = "test/unit/project/testArguments.test.ts";
  for (const word of ["testArguments", "project/testArg", here])
    expect(chosenFiles("unit", [word])).toEqual([here]);
  expect(chosenFiles("ui", ["testArguments"])).toEqual([]);
  expect(chosenFiles("check", ["testArguments"])).toEqual([]);
  expect(chosenFiles("host", ["activation"]).length).toBeGreaterThan(0);
});
