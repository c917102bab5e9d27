import { expect, test } from "vitest";
import { isPrompt, promptTag } from "../../../src/model/prompt.ts";

test("a prompt is what its tag calls so", () => {
  expect(["true", "True", "false", ""].map((value) => isPrompt({ [promptTag]: value }))).toEqual([
    ...[true, true],
    ...[false, false],
  ]);
  expect(isPrompt({})).toBe(false);
});
