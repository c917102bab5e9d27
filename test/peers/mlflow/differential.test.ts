/** One list of calls to MLflow's own server and to Runline: the answers differ only where `differences.ts` says so, and why. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { clientPrograms, newestClient } from "./clients.ts";
import { explained, reasons } from "./differences.ts";
import { type ReferenceServer, startReferenceServer } from "./referenceServer.ts";
import { replay } from "./replay.ts";
import { type RunlineServer, startRunlineServer } from "./runlineServer.ts";
import { trackingSteps } from "./trackingRequests.ts";

let reference: ReferenceServer;
let runline: RunlineServer;

beforeAll(async () => {
  reference = await startReferenceServer(await clientPrograms(newestClient));
  runline = await startRunlineServer("--no-token");
}, 300_000);
afterAll(async () => {
  await runline?.close();
  await reference?.close();
});

test("both servers give the same answers", async () => {
  const [theirs, ours] = await Promise.all([
    replay(reference.url, trackingSteps),
    replay(runline.url, trackingSteps),
  ]);
  const used = new Set<string>();
  const unexplained: object[] = [];
  for (const [at, step] of trackingSteps.entries()) {
    const [their, our] = [theirs[at], ours[at]];
    if (JSON.stringify(their) === JSON.stringify(our)) continue;
    const reason = explained(step, their, our);
    if (reason === null) unexplained.push({ step: { call: step.call, body: step.body }, their, our });
    else used.add(reason);
  }
  expect(unexplained).toEqual([]);
  // A difference that is gone is no longer to be excused.
  expect(reasons.filter((reason) => !used.has(reason))).toEqual([]);
}, 300_000);
