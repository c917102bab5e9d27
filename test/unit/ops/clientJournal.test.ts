/** What clients say of a run whose journal is not as its last writer should have left it. */

import { appendFile } from "node:fs/promises";
import * as path from "node:path";
import { expect, test } from "vitest";
import { appendToJournal } from "../../../src/ops/clientJournal.ts";
import { createClientRun } from "../../../src/ops/clientRun.ts";
import { clientAsk, clientParts } from "./clientStack.ts";
import { importStack } from "./importStack.ts";

test("what is said after a line that was cut short is kept", async () => {
  await using stack = await importStack();
  const parts = clientParts(stack);
  const id = await createClientRun(clientAsk, parts);
  const directory = path.join(parts.runs, id);
  // By another process, on a disk that was full then.
  await appendFile(path.join(directory, "journal.jsonl"), '{"kind":"tag","time":1,"key":"lost","va');
  await appendToJournal({ id, directory }, [{ kind: "tag", time: 2, key: "said", value: "yes" }], parts);
  await appendToJournal({ id, directory }, [{ kind: "tag", time: 3, key: "more", value: "too" }], parts);
  expect(await stack.store.runs.get(id)).toMatchObject({ tags: { said: "yes", more: "too" }, findings: 1 });
});
