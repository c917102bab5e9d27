/** A file that is far larger than what the server may take of memory goes through it, there and back. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { startRunlineServer } from "../../peers/mlflow/runlineServer.ts";

const mebibyte = 1 << 20;

test("an artifact of hundreds of megabytes flows through the server", async ({ onTestFinished }) => {
  const server = await startRunlineServer("--no-token");
  onTestFinished(() => server.close());
  const made = await fetch(`${server.url}/api/2.0/mlflow/runs/create`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ experiment_id: "0" }),
  });
  const { run } = (await made.json()) as { run: { info: { run_id: string } } };
  const files = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/${run.info.run_id}/artifacts`;
  await thereAndBack(`${files}/small.bin`, 50);
  const before = await mostMegabytes(server.pid);
  const size = 250;
  await thereAndBack(`${files}/large.bin`, size);
  expect((await mostMegabytes(server.pid)) - before).toBeLessThan(size / 2);
}, 180_000);

async function thereAndBack(place: string, mebibytes: number): Promise<void> {
  const sent = createHash("sha256");
  const pieces = function* () {
    for (let at = 0; at < mebibytes; at++) {
      const piece = Buffer.alloc(mebibyte, at);
      sent.update(piece);
      yield piece;
    }
  };
  const body = Readable.toWeb(Readable.from(pieces())) as ReadableStream;
  const put: RequestInit & { readonly duplex: "half" } = { method: "PUT", duplex: "half", body };
  expect((await fetch(place, put)).status).toBe(200);
  const answer = await fetch(place);
  const got = createHash("sha256");
  for await (const part of answer.body ?? []) got.update(part);
  expect(got.digest("hex")).toBe(sent.digest("hex"));
}

/** The most memory that the process has held so far. */
async function mostMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
