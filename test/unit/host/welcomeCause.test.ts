import { expect, test } from "vitest";
import { causeOfFailure, failureMessage } from "../../../src/host/welcomeCause.ts";
import { type FailureCode, failure } from "../../../src/model/failure.ts";

test.each<[FailureCode, string]>([
  ["storeNewer", "storeNewer"],
  ["storeUnreadable", "storeUnreadable"],
  ["serverDown", "server"],
  ["storeBusy", "trouble"],
  ["serverLate", "trouble"],
])("%s is welcomed as %s", (code, cause) => {
  expect(causeOfFailure(failure(code))).toBe(cause);
});

test("a failure is told once: by its welcome in an empty view, above the rows otherwise", () => {
  const newer = failure("storeNewer", { path: "s.db", found: 9, known: 2 });
  expect(failureMessage(newer, 0)).toBe("");
  expect(failureMessage(newer, 1)).toMatch(
    /^The store s\.db was written by a newer Runline .* Update Runline/,
  );
  expect(failureMessage(failure("storeBusy", { path: "s.db" }), 0)).toMatch(/^The store s\.db is locked/);
  expect(failureMessage(null, 3)).toBe("");
});
