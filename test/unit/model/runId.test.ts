import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isRunId, runIdAt } from "../../../src/model/runId.ts";
import { runName } from "../../../src/model/runName.ts";

const random = fc.uint8Array({ minLength: 16, maxLength: 16 });
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });

test("an id is a UUIDv7 that gives its time back", () => {
  fc.assert(
    fc.property(time, random, (at, bytes) => {
      const id = runIdAt(at, bytes);
      expect(isRunId(id)).toBe(true);
      expect(Number.parseInt(id.slice(0, 12), 16)).toBe(at);
    }),
  );
});

test("ids sort by time", () => {
  fc.assert(
    fc.property(time, time, random, random, (left, right, first, second) => {
      if (left !== right) expect(runIdAt(left, first) < runIdAt(right, second)).toBe(left < right);
    }),
  );
});

test.each([
  "",
  "x",
  "0189000000006000800000000000000",
  "018900000000600080000000000000011",
  "../../../../etc/../0123456789abc",
  "0189000000007000800000000000000A",
])("%j is no run id", (text) => {
  expect(isRunId(text)).toBe(false);
});

test("names are the same everywhere, and rarely the same for two runs", () => {
  const id = "01890000000070008000000000000001";
  expect(runName(id)).toBe(runName(id));
  expect(runName(id)).toMatch(/^[a-z]+-[a-z]+$/);
  expect(runName(id, 1)).not.toBe(runName(id));
  const names = Array.from({ length: 1000 }, (_, at) =>
    runName(runIdAt(1.7e12 + at, new Uint8Array(16).fill(at))),
  );
  expect(new Set(names).size).toBeGreaterThan(970);
});

test("there are more than 200 first and 200 second words", () => {
  const names = Array.from({ length: 20_000 }, (_, at) => runName(String(at)).split("-"));
  expect(new Set(names.map(([first]) => first)).size).toBeGreaterThan(200);
  expect(new Set(names.map(([, second]) => second)).size).toBeGreaterThan(200);
});
