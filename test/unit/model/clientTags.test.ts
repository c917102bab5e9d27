import { expect, test } from "vitest";
import { givenTags, isKeptElsewhere, isTold, noteOf, sourceOf } from "../../../src/model/clientTags.ts";

const tags = {
  "mlflow.note.content": "from the client",
  "mlflow.source.name": "search.py",
  "mlflow.user": "maria",
  team: "vision",
};

test("what a client says of itself is told apart from what people say", () => {
  expect(givenTags({ tags })).toEqual([["team", "vision"]]);
  expect(sourceOf({ tags })).toEqual({ user: "maria", script: "search.py", commit: "" });
});

test("a note written here goes before the client's", () => {
  expect(noteOf({ note: "", tags })).toBe("from the client");
  expect(noteOf({ note: "mine", tags })).toBe("mine");
  expect(noteOf({ note: "", tags: {} })).toBe("");
});

test("who started a run, and where it is kept", () => {
  const argv = ["python", "train.py"];
  expect([isTold({ argv }), isTold({ argv: [] })]).toEqual([false, true]);
  expect(isKeptElsewhere({ argv, host: "gpu-box" })).toBe(false);
  expect(isKeptElsewhere({ argv: [], host: "here" })).toBe(false);
  expect(isKeptElsewhere({ argv: [], host: "mlflow:5000" })).toBe(true);
});
