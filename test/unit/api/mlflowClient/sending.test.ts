/** A run on its way to a team's server, where a look at that server is under way already. */

import { mkdir, readdir, truncate, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startTestServer } from "../editor/serverHarness.ts";
import { serve } from "../mlflow/face.ts";
import { gateTo } from "./gate.ts";

/** A window with a run that has ended, connected to a server through a gate. */
async function ready() {
  const there = await serve();
  const gate = await gateTo(there.server.url);
  const here = await startTestServer();
  onTestFinished(() => here.stop());
  await here.value("mlflow/connect", { url: gate.url });
  const { id } = await here.value("runs/launch", { command: ["true"], name: "ours" });
  await here.ended(id);
  const artifacts = path.join(here.workspace, ".runline", "runs", id, "artifacts");
  await mkdir(artifacts, { recursive: true });
  const waiting = () => readdir(path.join(here.workspace, ".runline", "outbox"));
  return { there, gate, here, id, artifacts, waiting };
}

test("a run that was sent by the look before it is told as sent", async () => {
  const there = await serve();
  const { url } = there.server;
  const here = await startTestServer();
  onTestFinished(() => here.stop());
  await here.value("mlflow/connect", { url });
  const { id } = await here.value("runs/launch", { command: ["true"], name: "ours" });
  await here.ended(id);
  // The look has its turn first, and ends with sending what waits.
  const looking = here.value("mlflow/refresh", { whole: true });
  const sent = await here.value("mlflow/send", { id, url });
  await looking;
  expect(sent).toMatchObject({ left: 0, link: expect.stringContaining("/runs/") });
  expect(await here.value("mlflow/send", { id, url })).toEqual(sent);
});

test("a file that is too large for the way to the server stays here, and the run is sent without it", async () => {
  const { gate, here, id, artifacts, waiting } = await ready();
  await writeFile(path.join(artifacts, "large.bin"), "");
  // More than the buffers on the way take: whoever goes on sending it waits for ever.
  await truncate(path.join(artifacts, "large.bin"), 64 * 2 ** 20);
  await writeFile(path.join(artifacts, "small.txt"), "small");
  gate.refusal = 413;
  gate.lets = (asked) => !asked.endsWith("large.bin");
  expect(await here.value("mlflow/send", { id, url: gate.url })).toMatchObject({ left: 1 });
  expect(gate.asked.filter((asked) => asked.startsWith("PUT")).map((asked) => path.basename(asked))).toEqual([
    "large.bin",
    "small.txt",
  ]);
  expect(await waiting()).toEqual([]);
});

test("a run that is canceled while the server goes away is told as canceled, and waits no more", async () => {
  const { gate, here, id, artifacts, waiting } = await ready();
  await writeFile(path.join(artifacts, "file.txt"), "file");
  gate.lets = (asked) => {
    if (asked.startsWith("PUT")) gate.mode = "silent";
    return true;
  };
  const sending = here.ask("mlflow/send", { id, url: gate.url });
  await expect.poll(() => gate.asked.at(-1)).toMatch(/^PUT/);
  await here.value("mlflow/cancelSend", { id });
  gate.leave();
  expect(await sending).toMatchObject({ ok: false, failure: { code: "requestCanceled" } });
  expect(await waiting()).toEqual([]);
});

test("a run is sent once, also into an experiment that the server does not list among so many", async () => {
  const { there, gate, here, id } = await ready();
  const { experiment } = (await here.value("runs/list", {})).find((run) => run.id === id) ?? {};
  for (const name of ["earlier", experiment, "later"]) await there.post("experiments/create", { name });
  // As a large team's server does: its first thousand are others.
  gate.shortens = (asked) => asked.endsWith("experiments/search");
  const sent = await here.value("mlflow/send", { id, url: gate.url });
  expect(sent).toMatchObject({ left: 0 });
  expect(await here.value("mlflow/send", { id, url: gate.url })).toEqual(sent);
});

test("what waits is not tried for ever at a server that is no MLflow server for it", async () => {
  const { gate, here, id, waiting } = await ready();
  gate.mode = "losing";
  expect(await here.value("mlflow/send", { id, url: gate.url })).toBeNull();
  expect(await waiting()).toHaveLength(1);
  gate.mode = "open";
  gate.refusal = 405;
  gate.lets = (asked) => !asked.endsWith("runs/update");
  await here.value("mlflow/refresh", { whole: true });
  expect(await waiting()).toEqual([]);
  expect(here.logged.map(({ text }) => text).join("\n")).toContain("405");
});

test("what waits goes on waiting where the server lets nobody write, and the window hears why", async () => {
  const { gate, here, id, waiting } = await ready();
  gate.mode = "losing";
  expect(await here.value("mlflow/send", { id, url: gate.url })).toBeNull();
  gate.mode = "open";
  gate.lets = (asked) => !asked.endsWith("runs/update");
  expect(await here.value("mlflow/refresh", { whole: true })).toMatchObject([
    { trouble: { code: "teamRefused" }, refused: true },
  ]);
  expect(await waiting()).toHaveLength(1);
  gate.lets = () => true;
  await here.value("mlflow/connect", { url: gate.url });
  await expect.poll(waiting).toEqual([]);
});

test("what became of a run that had to wait is known to the window that sent it", async () => {
  const { gate, here, id } = await ready();
  gate.mode = "losing";
  expect(await here.value("mlflow/send", { id, url: gate.url })).toBeNull();
  expect(await here.value("mlflow/sendState", { id })).toEqual({ done: null, waits: true, sent: null });
  gate.mode = "open";
  await here.value("mlflow/refresh", { whole: true });
  const sent = { link: expect.stringContaining("/runs/"), left: 0 };
  expect(await here.value("mlflow/sendState", { id })).toEqual({ done: null, waits: false, sent });
});
