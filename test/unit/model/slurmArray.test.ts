import { expect, test } from "vitest";
import { type Grid, parseGrid, tasksOf, taskWords } from "../../../src/model/slurmArray.ts";

test("every combination is a task, in the order given", () => {
  const grid = parseGrid(["lr=0.1,0.2 seed=1,2", "opt=adam"]) as Grid;
  expect(tasksOf(grid).map((task) => task.map((pair) => pair.join("=")).join(" "))).toEqual([
    "lr=0.1 seed=1 opt=adam",
    "lr=0.1 seed=2 opt=adam",
    "lr=0.2 seed=1 opt=adam",
    "lr=0.2 seed=2 opt=adam",
  ]);
});

test("a value stands where the command names it, and else is appended as an option", () => {
  const task = [
    ["lr", "$&0.1"],
    ["seed", "1"],
    ["-b", "2"],
  ] as const;
  expect(taskWords(["python", "train.py", "model.lr={lr}", "{other}"], task)).toEqual([
    ...["python", "train.py", "model.lr=$&0.1", "{other}", "--seed", "1", "-b", "2"],
  ]);
});

test.each([
  [[""], "--array takes name=value,value …."],
  [["lr"], "not lr."],
  [["lr=1,,2"], "an empty value for lr"],
  [["lr="], "an empty value for lr"],
  [["lr=1", "lr=2"], "names lr twice"],
  [["=1"], "not =1."],
  [[`a=${"1,".repeat(39)}1 b=${"1,".repeat(39)}1`], "asks for 1600 runs; 1000 is the most"],
])("%j is no grid", (texts, message) => {
  expect(parseGrid(texts)).toContain(message);
});
