import { expect, test } from "vitest";
import { compiledCodeIn, compiledCodeNames } from "../../../src/model/compiledCode.ts";

test("what the editor adds for its server is taken away again, and nothing else", () => {
  const added = compiledCodeIn("/storage/compiled", { PATH: "/bin" });
  expect(added.NODE_COMPILE_CACHE).toBe("/storage/compiled");
  expect(compiledCodeNames({ PATH: "/bin", ...added })).toEqual(Object.keys(added));
});

test("a folder that a person has chosen stays, in what the server starts too", () => {
  for (const chosen of [{ NODE_COMPILE_CACHE: "/mine" }, { NODE_DISABLE_COMPILE_CACHE: "1" }]) {
    expect(compiledCodeIn("/storage/compiled", chosen)).toEqual({});
    expect(compiledCodeNames(chosen)).toEqual([]);
  }
});
