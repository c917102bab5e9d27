import { expect, test } from "vitest";
import { withinLimits } from "../../../src/compute/snapshot/untracked.ts";

test("the script is kept however many and however small the files beside it are", () => {
  const data = Array.from({ length: 50 }, (_, index) => ({ path: `data/${index}.txt`, bytes: 1 }));
  const candidates = [...data, { path: "train.py", bytes: 90 }, { path: "big.py", bytes: 101 }];
  const { kept, skipped } = withinLimits(candidates, 100, { times: 2, files: 10 });
  expect(kept).toContain("train.py");
  expect(kept).toHaveLength(10);
  expect(skipped).toContain("big.py");
});
