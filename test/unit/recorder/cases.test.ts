/** The recorder's own unittest cases (`*_test.py` beside this file), each shown as a test of its own. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

interface Case {
  readonly name: string;
  readonly problem: string | null;
}

const output = execFileSync("python3", [fileURLToPath(new URL("cases.py", import.meta.url))], {
  encoding: "utf8",
  maxBuffer: 1 << 26,
});
const cases = output
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

describe("the recorder's parts", () => {
  test("there are cases", () => {
    expect(cases.length).toBeGreaterThan(100);
  });
  for (const { name, problem } of cases) {
    test(name, () => {
      expect(problem).toBeNull();
    });
  }
});
