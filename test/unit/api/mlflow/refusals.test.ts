/** What clients are told where the fault is ours: by the status they decide whether to send it again. */

import { expect, onTestFinished, test } from "vitest";
import { serveMlflow } from "../../../../src/api/mlflow/server.ts";
import { RunlineError } from "../../../../src/model/failure.ts";

test.each([
  // Clients since 3.18 send a write again after a 429, and after a 503 only one that may come twice.
  [
    "a store that somebody holds",
    new RunlineError("storeBusy", { path: "a" }),
    429,
    "TEMPORARILY_UNAVAILABLE",
  ],
  ["a full disk", new RunlineError("diskFull", { path: "a" }), 503, "TEMPORARILY_UNAVAILABLE"],
  ["a mistake of ours", new TypeError("oops"), 500, "INTERNAL_ERROR"],
])("%s", async (_, thrown, status, error_code) => {
  const failures: unknown[] = [];
  const face = () => Promise.reject(thrown);
  const guard = { token: null, hosts: [], origins: [] };
  const failed = (each: unknown) => void failures.push(each);
  const serving = await serveMlflow({ ...guard, host: "127.0.0.1", port: 0, face, failed });
  onTestFinished(() => serving.close());
  const answer = await fetch(`${serving.url}/api/2.0/mlflow/experiments/get?experiment_id=0`);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error_code });
  expect(failures).toEqual([thrown]);
});
