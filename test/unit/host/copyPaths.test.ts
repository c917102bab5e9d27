import * as path from "node:path";
import { expect, test } from "vitest";
import { placeInCopy, placesIn } from "../../../src/host/copyPaths.ts";

const id = "0193e0b0000070008000000000000001";

test("a path in a run's copy of the code begins at its top; others are what they are", () => {
  expect(placeInCopy(id, `/home/ana/.runline/work/${id}/src/train.py`)).toBe("src/train.py");
  expect(placeInCopy(id, "src/train.py")).toBe("src/train.py");
  expect(placeInCopy(id, "/usr/lib/python3/random.py")).toBe("/usr/lib/python3/random.py");
  const other = `/home/ana/.runline/work/${"f".repeat(32)}/train.py`;
  expect(placeInCopy(id, other)).toBe(other);
});

test("a file is looked for from the workspace, and from the top of the repository that holds it", () => {
  const workspace = path.join(path.sep, "home", "ana", "repo", "project");
  const at = (...parts: string[]) => path.join(workspace, ...parts);
  expect(placesIn(workspace, "train.py")).toEqual([at("train.py")]);
  expect(placesIn(workspace, "project/src/train.py")).toEqual([
    at("project", "src", "train.py"),
    at("src", "train.py"),
  ]);
  expect(placesIn(workspace, "repo/project/train.py")).toEqual([
    at("repo", "project", "train.py"),
    at("train.py"),
  ]);
  // A file beside the workspace is none of it.
  expect(placesIn(workspace, "elsewhere/train.py")).toEqual([at("elsewhere", "train.py")]);
});
