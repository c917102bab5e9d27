import { expect, test } from "vitest";
import { jsonText } from "../../../../src/api/cli/json.ts";

test("what steers a terminal is escaped and reads back the same", () => {
  const name = "a\u001b[2Jb\u009b2Jc\u202edef\u007f";
  const text = jsonText({ name, value: Number.NaN });
  expect(text).toMatch(/^[ -~\n]+$/);
  expect(JSON.parse(text)).toEqual({ name, value: "NaN" });
});
