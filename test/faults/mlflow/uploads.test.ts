/** Uploads that break off, stall, or meet another one of the same name: what is served is always one of them, whole, and as the journal has it. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Client, newRun, serve } from "../../unit/api/mlflow/face.ts";

const place = (run: string, name: string) => `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/${name}`;
const text = async (client: Client, run: string, name: string) =>
  (await client.send("GET", place(run, name))).text();

async function directoryOf(client: Client, run: string): Promise<string> {
  return (await (await client.project.store.needed()).runs.get(run))?.directory ?? "";
}

const draftsIn = (directory: string) => readdirSync(directory).filter((name) => name.startsWith(".upload-"));

/** Resolves once the server has begun to write, and has all that was sent. */
async function begun(directory: string, bytes: number): Promise<void> {
  const written = () => {
    const [draft] = draftsIn(directory);
    return draft === undefined ? 0 : readFileSync(join(directory, draft)).byteLength;
  };
  await expect.poll(written, { timeout: 20_000, interval: 10 }).toBe(bytes);
}

/** The server writes once it has got so much. */
const portion = 256 * 1024;

async function half(client: Client, run: string, name: string): Promise<Socket> {
  const socket = connect(Number(new URL(client.server.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => undefined).resume();
  socket.write(
    `PUT ${place(run, name)} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${4 * portion}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(portion, "x"));
  return socket;
}

test("an upload that is cut off leaves what was there before, and no draft", async () => {
  const client = await serve();
  const run = await newRun(client);
  const directory = await directoryOf(client, run);
  await client.send("PUT", place(run, "a"), "whole");
  for (const name of ["a", "new"]) {
    const socket = await half(client, run, name);
    await begun(directory, portion);
    expect(await text(client, run, "a")).toBe("whole");
    socket.destroy();
    await expect.poll(() => draftsIn(directory), { timeout: 20_000, interval: 10 }).toEqual([]);
  }
  expect(await text(client, run, "a")).toBe("whole");
  expect((await client.send("GET", place(run, "new"))).status).toBe(404);
  expect(readFileSync(join(directory, "journal.jsonl"), "utf8").match(/"kind":"artifact"/g)).toHaveLength(1);
  expect(client.failures).toEqual([]);
});

test("a client that stalls is let go, and others are answered meanwhile", async () => {
  const client = await serve({ patienceMs: 2_500 });
  const run = await newRun(client);
  const directory = await directoryOf(client, run);
  const socket = await half(client, run, "stalled");
  await begun(directory, portion);
  expect((await client.send("PUT", place(run, "other"), "whole")).status).toBe(200);
  await once(socket, "close");
  await expect.poll(() => draftsIn(directory), { timeout: 20_000, interval: 10 }).toEqual([]);
  expect(existsSync(join(directory, "artifacts", "stalled"))).toBe(false);
  expect(client.failures).toEqual([]);
});

test("of uploads of one name at once one stays, and it is the one that is noted", async () => {
  const client = await serve();
  const run = await newRun(client);
  const directory = await directoryOf(client, run);
  for (let round = 0; round < 5; round++) {
    const bodies = Array.from({ length: 8 }, (_, at) => `${round} ${at} `.repeat(20_000));
    await Promise.all(bodies.map((body) => client.send("PUT", place(run, "same"), body)));
    const kept = readFileSync(join(directory, "artifacts", "same"));
    expect(bodies).toContain(kept.toString());
    const digest = `sha256:${createHash("sha256").update(kept).digest("hex")}`;
    const [noted] = await (await client.project.store.needed()).lineage.files(run);
    expect(noted).toMatchObject({ path: "same", bytes: kept.byteLength, digest });
  }
});

test("the draft of a server that was killed goes with the next upload, once nobody can be at it", async () => {
  const client = await serve();
  const run = await newRun(client);
  const directory = await directoryOf(client, run);
  for (const name of [".upload-old", ".upload-now"]) writeFileSync(join(directory, name), "half");
  const old = Date.now() / 1_000 - 25 * 3_600;
  utimesSync(join(directory, ".upload-old"), old, old);
  await client.send("PUT", place(run, "a"), "whole");
  expect(draftsIn(directory)).toEqual([".upload-now"]);
});

test("the pieces of an upload that nobody goes on with go with the next one", async () => {
  const client = await serve();
  const run = await newRun(client);
  const create = () =>
    client.post(`/api/2.0/mlflow-artifacts/mpu/create/0/${run}/artifacts`, { path: "a", num_parts: 2 });
  const idOf = ({ json }: Awaited<ReturnType<typeof create>>) => json.upload_id ?? "";
  const [left, under] = [idOf(await create()), idOf(await create())];
  const uploads = join(await directoryOf(client, run), "..", "..", "uploads");
  const old = Date.now() / 1_000 - 25 * 3_600;
  utimesSync(join(uploads, left), old, old);
  const next = idOf(await create());
  expect(readdirSync(uploads).toSorted()).toEqual([under, next].toSorted());
});
