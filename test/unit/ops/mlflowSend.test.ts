import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { outboxIn } from "../../../src/ops/mlflowOutbox.ts";
import { sentName } from "../../../src/ops/mlflowSend.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), "runline-outbox-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

test.each([
  ["val/acc", "val/acc"],
  ["top-5 acc. (%)", "top-5 acc. ___"],
  ["../../etc", "__/__/etc"],
  ["/a//b/./c/", "a/b/c"],
  ["é", "_"],
  ["", "_"],
  ["x".repeat(300), "x".repeat(250)],
])("the name %j is sent as %j", (key, sent) => {
  expect(sentName(key)).toBe(sent);
});

test("what waits is kept in files, once each, and a broken file is nothing", async () => {
  const directory = await folder();
  const outbox = outboxIn(directory);
  expect(await outbox.all()).toEqual([]);
  const one = { runId: "a".repeat(32), url: "https://mlflow.example" };
  const two = { ...one, url: "https://other.example" };
  await outbox.put(one);
  await outbox.put(one);
  await outbox.put(two);
  await writeFile(path.join(directory, "outbox", "torn.json"), '{"runId": "');
  await writeFile(path.join(directory, "outbox", "odd.json"), '{"runId": "../x", "url": "u"}');
  expect(await outboxIn(directory).all()).toHaveLength(2);
  await outbox.remove(one);
  expect(await outbox.all()).toEqual([two]);
  expect([await outbox.has(one), await outbox.has(two)]).toEqual([false, true]);
});
