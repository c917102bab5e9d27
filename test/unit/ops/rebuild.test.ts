/** Stores that are made anew: of any number of runs, in one window at a time, with what only the old one knew. */

import * as path from "node:path";
import { expect, test } from "vitest";
import { failureOf } from "../../../src/model/failure.ts";
import { catchUp } from "../../../src/ops/catchUp.ts";
import { createClientRun, reportStatus } from "../../../src/ops/clientRun.ts";
import { withProcessLock } from "../../../src/ops/processLock.ts";
import { rebuild } from "../../../src/ops/rebuild.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { clientAsk, clientParts } from "./clientStack.ts";
import { importStack } from "./importStack.ts";

test("a store that is made anew has all runs, and what people did with them, however many there are", async () => {
  await using stack = await importStack();
  const parts = clientParts(stack);
  const { layout, compute, clock } = parts;
  const ids = [];
  for (let number = 0; number < 3; number++) {
    const id = await createClientRun({ ...clientAsk, name: `run ${number}` }, parts);
    await reportStatus({ id, directory: path.join(parts.runs, id) }, "finished", 2_000, parts);
    await stack.store.runs.edit(id, { note: `note ${number}` });
    ids.push(id);
  }
  await stack.store.runs.setDeleted(ids[1] ?? "", clock());

  const again = await openSqliteStore(path.join(stack.folder, "again.db"));
  expect(await catchUp({ store: again, compute, clock, layout }, 1)).toEqual([]);
  expect((await again.runs.list({})).map(({ state }) => state)).toEqual(["finished", "finished", "finished"]);
  await again.close();

  const rebuilding = rebuild({ layout, compute, clock, openStore: openSqliteStore, previous: stack.store });
  expect(await rebuilding).toMatchObject({ runs: 2, lost: [] });
  const fresh = await openSqliteStore(layout.store);
  const notes = (await fresh.runs.list({ deleted: true })).map(({ note }) => note).sort();
  expect(notes).toEqual(["note 0", "note 1", "note 2"]);
  expect(await fresh.runs.list({})).toHaveLength(2);
  const anHourAgo = clock() - 3_600_000;
  expect([await fresh.runs.purgeable(anHourAgo), await fresh.runs.purgeable(clock() + 1)]).toMatchObject([
    [],
    [{ id: ids[1] }],
  ]);
  await fresh.close();
});

test("only one window at a time makes a store anew", async () => {
  await using stack = await importStack();
  const { layout, compute, clock } = clientParts(stack);
  const parts = { layout, compute, clock, openStore: openSqliteStore, previous: stack.store };
  await withProcessLock(`${layout.store}.rebuild`, async () => {
    const refused = await rebuild(parts).catch((thrown: unknown) => failureOf(thrown).code);
    expect(refused).toBe("storeBusy");
  });
  // The refused one has let go of the store.
  const previous = await openSqliteStore(layout.store);
  expect(await rebuild({ ...parts, previous })).toMatchObject({ runs: 0, lost: [] });
});

test("webhooks hear of what happens after the store was made anew, and of what they had not been told", async () => {
  await using stack = await importStack();
  const { layout, compute, clock } = clientParts(stack);
  const about = { name: "hook", url: "https://example.com/", description: "", secret: null };
  const events = ["registered_model.created"] as const;
  await stack.store.webhooks.put({
    ...{ ...about, id: "h", events, status: "ACTIVE", created: 1, updated: 1 },
  });
  const ana = { name: "Ana", email: null };
  await stack.store.registry.append(ana, 1, () => [{ type: "model.created", model: "before" }]);
  await rebuild({ layout, compute, clock, openStore: openSqliteStore, previous: stack.store });
  const fresh = await openSqliteStore(layout.store);
  expect((await fresh.webhooks.claim("h", 5, 10)).entries).toMatchObject([{ event: { model: "before" } }]);
  expect(await fresh.webhooks.told("h", 1, 10)).toEqual([]);
  await fresh.registry.append(ana, 2, () => [{ type: "model.created", model: "after" }]);
  expect((await fresh.webhooks.claim("h", 15, 20)).entries).toMatchObject([{ event: { model: "after" } }]);
  await fresh.close();
});
