import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { coalesce } from "../../../src/host/coalesce.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const unexpected = (error: unknown) => {
  throw error;
};

test("many asks while one is in flight are one more turn, and each is answered after it", async () => {
  let turns = 0;
  let release: () => void = () => undefined;
  const work = coalesce(
    () => {
      turns++;
      return new Promise((resolve) => {
        release = resolve;
      });
    },
    0,
    unexpected,
  );
  const first = work.ask();
  await vi.advanceTimersByTimeAsync(0);
  const later = [work.ask(), work.ask(), work.ask()];
  expect(turns).toBe(1);
  release();
  await first;
  await vi.advanceTimersByTimeAsync(1);
  expect(turns).toBe(2);
  release();
  await Promise.all(later);
  expect(turns).toBe(2);
});

test("two turns are at least the gap apart", async () => {
  let turns = 0;
  const work = coalesce(async () => void turns++, 300, unexpected);
  await work.ask();
  const second = work.ask();
  await vi.advanceTimersByTimeAsync(299);
  expect(turns).toBe(1);
  await vi.advanceTimersByTimeAsync(2);
  await second;
  expect(turns).toBe(2);
});

test("a failure is reported and does not end the turns", async () => {
  const seen: unknown[] = [];
  let turns = 0;
  const work = coalesce(
    async () => {
      turns++;
      if (turns === 1) throw new Error("once");
    },
    0,
    (error) => seen.push(error),
  );
  await work.ask();
  const second = work.ask();
  await vi.advanceTimersByTimeAsync(1);
  await second;
  expect([turns, seen.length]).toEqual([2, 1]);
});

test("after dispose nothing runs, and nobody waits for ever", async () => {
  let turns = 0;
  const work = coalesce(async () => void turns++, 300, unexpected);
  await work.ask();
  const waiting = work.ask();
  work.dispose();
  await waiting;
  await work.ask();
  expect(turns).toBe(1);
});

test("there are never two turns at once, also when somebody who waited asks again", async () => {
  let running = 0;
  let most = 0;
  const work = coalesce(
    async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running--;
    },
    0,
    unexpected,
  );
  const again = work.ask().then(() => work.ask());
  const queued = work.ask();
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all([again, queued]);
  expect(most).toBe(1);
});
