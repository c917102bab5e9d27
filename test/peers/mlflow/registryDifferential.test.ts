/** One list of registry calls to MLflow's own server and to Runline: the answers differ only where `registryDifferences.ts` says so. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { clientPrograms, newestClient } from "./clients.ts";
import { type ReferenceServer, startReferenceServer } from "./referenceServer.ts";
import { registryDifferences } from "./registryDifferences.ts";
import { type Request, requests } from "./registryRequests.ts";
import { replay } from "./replay.ts";
import { type RunlineServer, startRunlineServer } from "./runlineServer.ts";
import type { Step } from "./trackingRequests.ts";

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
  const steps = requests.map(stepOf);
  const [theirs, ours] = await Promise.all([replay(reference.url, steps), replay(runline.url, steps)]);
  const used = new Set<string>();
  const unexplained: object[] = [];
  for (const [at, step] of steps.entries()) {
    const [their, our] = [comparable(theirs[at]), comparable(ours[at])];
    if (JSON.stringify(their) === JSON.stringify(our)) continue;
    const known = registryDifferences.find(
      ({ call, says }) =>
        step.call.startsWith(call) && `${step.call} ${JSON.stringify(step.body)}`.includes(says),
    );
    if (known === undefined) unexplained.push({ step, their, our });
    else used.add(known.says);
  }
  expect(unexplained).toEqual([]);
  // A difference that is gone is no longer to be excused. The order of a set may be the same by chance.
  const lasting = registryDifferences.filter(({ why }) => !why.includes("a set of Python"));
  expect(lasting.filter(({ says }) => !used.has(says))).toEqual([]);
}, 300_000);

/** What is a body elsewhere is a query in a GET. */
function stepOf({ call, body = {} }: Request): Step {
  if (!call.startsWith("GET ")) return { call, body };
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(body))
    for (const each of Array.isArray(value) ? value : [value]) query.append(key, String(each));
  return query.size === 0 ? { call } : { call: `${call}?${query}` };
}

/** Without times, ids and whoever registered; lists that have no order in one of their own. */
function comparable(value: unknown, name = ""): unknown {
  if (/timestamp/.test(name)) return "<time>";
  if (name === "webhook_id") return "<id>";
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item));
    const isSet = name === "tags" || name === "aliases" || name === "latest_versions";
    return isSet ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const { user_id: _, ...members } = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, comparable(member, key)]));
}
