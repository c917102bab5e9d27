import { expect, test } from "vitest";
import { readyTables } from "../../../src/ops/readyTables.ts";

/** Work of some slices, and who waits for it to be done. */
function slices(count: number) {
  let left = count;
  let asked = 0;
  let told: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    told = resolve;
  });
  return {
    done,
    asked: () => asked,
    prepareTables: async () => {
      asked++;
      if (left === 0) told();
      return left-- > 0;
    },
  };
}

test("works from its beginning until nothing is left, and rests", async () => {
  const work = slices(3);
  const tables = readyTables(work, (thrown) => expect.unreachable(String(thrown)));
  await work.done;
  await tables.close();
  expect(work.asked()).toBe(4);
});

test("closes in the midst of its work, and does nothing after that", async () => {
  const work = slices(Number.POSITIVE_INFINITY);
  const tables = readyTables(work, (thrown) => expect.unreachable(String(thrown)));
  await tables.close();
  const before = work.asked();
  tables.poke();
  await tables.close();
  expect(work.asked()).toBe(before);
});

test("tells what went wrong and can be closed", async () => {
  const failed: unknown[] = [];
  const trouble = new Error("no disk");
  const tables = readyTables({ prepareTables: () => Promise.reject(trouble) }, (thrown) =>
    failed.push(thrown),
  );
  await tables.close();
  expect(failed).toEqual([trouble]);
});
