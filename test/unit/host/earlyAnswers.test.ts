import { expect, test } from "vitest";
import { EarlyAnswers, type Question } from "../../../src/host/earlyAnswers.ts";

const table: Question = { name: "compare/table", input: { runIds: ["a"], wanted: [] } };
const chart: Question = { name: "metrics/columns", input: { runIds: ["a"], keys: ["loss"] } };

/** Answers by the names of the questions, given when the test says so. */
function early() {
  const asked: string[] = [];
  const told: unknown[] = [];
  const answers = new Map<string, (value: unknown) => void>();
  const failures = new Map<string, (cause: Error) => void>();
  const answering = new EarlyAnswers(
    ({ name }) => {
      asked.push(name);
      return new Promise((resolve, reject) => {
        answers.set(name, resolve);
        failures.set(name, reject);
      });
    },
    ({ name }, value) => told.push([name, value]),
  );
  /** Until everything that follows has been done. */
  const done = () => new Promise((resolve) => setImmediate(resolve));
  const answer = (name: string, value: unknown) => {
    answers.get(name)?.(value);
    return done();
  };
  const fail = (name: string) => {
    failures.get(name)?.(new Error("gone"));
    return done();
  };
  return { answering, asked, told, answer, fail };
}

const chartAfterTable = ({ name }: Question) => (name === table.name ? [chart] : []);

test("what is known when the page has begun is told, and what comes later when it comes", async () => {
  const { answering, asked, told, answer } = early();
  answering.start([table], chartAfterTable);
  await answer("compare/table", 1);
  expect(asked).toEqual(["compare/table", "metrics/columns"]);
  expect(told).toEqual([]);
  answering.begin();
  await answer("metrics/columns", 2);
  expect(told).toEqual([
    ["compare/table", 1],
    ["metrics/columns", 2],
  ]);
});

test("a question that crosses with its answer is not asked again; the next one is", async () => {
  const { answering, answer } = early();
  answering.start([table], () => []);
  answering.begin();
  await answer("compare/table", 1);
  expect(answering.take({ ...table })).toBe("told");
  expect(answering.take({ ...table })).toBeNull();
});

test("a question before the answer waits for it, and it is not told as well", async () => {
  const { answering, told, answer } = early();
  answering.start([table], () => []);
  answering.begin();
  const taken = answering.take({ ...table });
  await answer("compare/table", 1);
  expect(await taken).toBe(1);
  expect(told).toEqual([]);
});

test("after a change nothing of before is told, and nothing that follows from it asked", async () => {
  const { answering, asked, told, answer } = early();
  answering.start([table], chartAfterTable);
  answering.begin();
  answering.clear();
  await answer("compare/table", 1);
  expect([asked, told]).toEqual([["compare/table"], []]);
  expect(answering.take(table)).toBeNull();
});

test("another document of the page asks itself what was told to the one before", async () => {
  const { answering, answer } = early();
  answering.start([table], () => []);
  answering.begin();
  await answer("compare/table", 1);
  answering.pause();
  expect(answering.take(table)).toBeNull();
});

test("a failure is told by nobody: who asks gets it", async () => {
  const { answering, told, fail } = early();
  answering.start([table], chartAfterTable);
  answering.begin();
  await fail("compare/table");
  expect(told).toEqual([]);
  await expect(answering.take(table)).rejects.toThrow("gone");
});
