/**
 * A file that is far larger than what a process may take of memory goes through both faces, there and back, and calls are answered meanwhile. A
 * gigabyte shows that nothing grows with the size, in a few seconds; the size that is promised, 5 GB, takes minutes on a small machine and twice that
 * much of its disk: `RUNLINE_LARGE_GIB=5` asks for it.
 */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { expect, test } from "vitest";
import { startRunlineServer } from "../../peers/mlflow/runlineServer.ts";
import { calling, said, withoutMlflow } from "../../unit/recorder/mlflowClient.ts";
import { Bench } from "../../unit/recorder/recording.ts";

const mebibyte = 1 << 20;
const gibibytes = Number(process.env.RUNLINE_LARGE_GIB ?? 1);
const size = gibibytes * 1024;
/** Of memory, in megabytes. */
const mostGrowth = 150;
const limit = 120_000 + 60_000 * gibibytes;

test("the server", { timeout: limit }, async ({ onTestFinished }) => {
  const server = await startRunlineServer("--no-token");
  onTestFinished(() => server.close());
  const post = async (call: string, body: object) => {
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    const answer = await fetch(`${server.url}/api/2.0/mlflow/runs/${call}`, {
      ...init,
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return answer.json();
  };
  const { run } = (await post("create", { experiment_id: "0" })) as { run: { info: { run_id: string } } };
  const run_id = run.info.run_id;
  const files = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts`;
  const log = (step: number) => post("log-metric", { run_id, key: "loss", value: 1, timestamp: step, step });
  await thereAndBack(`${files}/small.bin`, 50, log);
  const before = await mostMegabytes(server.pid);
  await thereAndBack(`${files}/large.bin`, size, log);
  expect((await mostMegabytes(server.pid)) - before).toBeLessThan(mostGrowth);
});

/** The recorder is a small process: all of it stays below what the server may grow by. */
test("the recorder", { timeout: limit }, async ({ onTestFinished }) => {
  const bench = new Bench();
  onTestFinished(() => bench.remove());
  const run = calling(
    bench,
    `
import hashlib
a = run()
path = "/api/2.0/mlflow-artifacts/artifacts/%s/%s/artifacts/large.bin" % (call("GET", "mlflow/runs/get", run_id=a)[1]["run"]["info"]["experiment_id"], a)
size, sent, got = ${size}, hashlib.sha256(), hashlib.sha256()
def pieces():
    for at in range(size):
        piece = bytes([at % 251]) * (1 << 20)
        sent.update(piece)
        # Answered before the next piece is there.
        if at % 64 == 0 and log(a, "loss", 1, at)[0] != 200: raise SystemExit("not answered")
        yield piece
files = http.client.HTTPConnection(URL.hostname, URL.port)
headers = {"Authorization": "Bearer " + TOKEN}
files.request("PUT", path, pieces(), dict(headers, **{"Content-Length": str(size << 20)}))
answer = files.getresponse()
answer.read()
say(answer.status)
files.request("GET", path, headers=headers)
answer = files.getresponse()
for piece in iter(lambda: answer.read(1 << 20), b""): got.update(piece)
say(got.hexdigest() == sent.hexdigest())
with open(os.environ["RUNLINE_RUN_DIR"] + "/start.json") as file: recorder = json.load(file)["recorder_pid"]
with open("/proc/%d/status" % recorder) as file: say(int(file.read().partition("VmHWM:")[2].split()[0]) / 1024)
say(sent.hexdigest())
`,
  );
  await run.start(withoutMlflow).ended();
  const [put, same, most, digest] = said(run);
  expect([put, same]).toEqual([200, true]);
  expect(most).toBeLessThan(mostGrowth);
  expect(run.of("artifact")).toMatchObject([
    { path: "large.bin", bytes: size * mebibyte, digest: `sha256:${digest}` },
  ]);
});

async function thereAndBack(
  place: string,
  mebibytes: number,
  meanwhile: (at: number) => Promise<unknown>,
): Promise<void> {
  const agent = new Agent();
  const length = mebibytes * mebibyte;
  const sent = createHash("sha256");
  const sending = request(place, { method: "PUT", agent, headers: { "content-length": length } });
  const answered = answerOf(sending);
  for (let at = 0; at < mebibytes; at++) {
    const piece = Buffer.alloc(mebibyte, at % 251);
    sent.update(piece);
    // Answered before the next piece is there.
    if (at % 64 === 0) await meanwhile(at);
    if (!sending.write(piece)) await once(sending, "drain");
  }
  sending.end();
  const { statusCode } = (await answered).resume();
  expect(statusCode).toBe(200);
  const asking = request(place, { agent });
  asking.end();
  const got = createHash("sha256");
  for await (const part of await answerOf(asking)) got.update(part as Buffer);
  expect(got.digest("hex")).toBe(sent.digest("hex"));
}

async function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  const [answer] = await once(asked, "response");
  return answer as IncomingMessage;
}

/** The most memory that the process has held so far. */
async function mostMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
