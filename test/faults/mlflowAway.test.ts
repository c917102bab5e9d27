/** A server that is away, or not itself, while a run logs: the run waits for it once at most, loses nothing, and asks again once it is back. */

import { existsSync } from "node:fs";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { calling, said, withoutMlflow } from "../unit/recorder/mlflowClient.ts";
import { Bench } from "../unit/recorder/recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

test("thousands of calls, some of them about other runs: one of them waits", async () => {
  const asked: Socket[] = [];
  const silent = createServer((socket) => {
    asked.push(socket);
    socket.on("error", () => undefined).resume();
  });
  const port = await new Promise<number>((resolve) =>
    silent.listen(0, "127.0.0.1", () => {
      const address = silent.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    }),
  );
  try {
    const run = calling(
      bench,
      `
found = lambda: call("GET", "mlflow/experiments/get-by-name", experiment_name="elsewhere")[0]
say(found())
a = run(run_name="away")
codes = set()
for step in range(1500):
    codes.add(log(a, "loss", 1 / (step + 1), step)[0])
    if step % 100 == 0:
        codes.add(call("POST", "mlflow/runs/search", {"experiment_ids": [os.environ["MLFLOW_EXPERIMENT_ID"]]})[0])
        codes.add(call("POST", "mlflow/experiments/search", {"max_results": 10})[0])
say(sorted(codes))
say(found())
`,
    );
    await run.start({ ...withoutMlflow, RUNLINE_MLFLOW_UPSTREAM: `http://127.0.0.1:${port}` }).ended();
    expect(said(run)).toEqual([404, [200], 404]);
    expect(asked).toHaveLength(1);
    const steps = run.of("metric").map(({ step }) => step);
    expect(steps).toEqual([...Array(1500).keys()]);
    expect(run.exit).toMatchObject({ exit_code: 0, reason: "exited" });
  } finally {
    for (const socket of asked) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  }
});

const runs = [{ info: { run_id: "7".repeat(32), run_name: "other", start_time: 1 }, data: {} }];
/** What a server that is itself says. */
const known: Readonly<Record<string, object>> = {
  "runs/search": { runs },
  "experiments/get-by-name": { experiment: { experiment_id: "42", name: "elsewhere" } },
  "registered-models/create": { registered_model: { name: "iris" } },
};
const busy = JSON.stringify({ error_code: "TEMPORARILY_UNAVAILABLE", message: "busy" });

/** Passed on where the run knows no better. */
const nonsense = "talks nonsense";

const ways: readonly (readonly [how: string, answer: (reply: ServerResponse) => void])[] = [
  ["answers 500", (reply) => reply.writeHead(500).end("oops")],
  ["answers 503", (reply) => reply.writeHead(503, { "content-type": "application/json" }).end(busy)],
  ["cuts the connection", (reply) => reply.destroy()],
  [
    "breaks off",
    (reply) => reply.writeHead(200, { "content-length": 100 }).write("{", () => reply.destroy()),
  ],
  ["is a portal", (reply) => reply.writeHead(200, { "content-type": "text/html" }).end("<h1>Log in</h1>")],
  [nonsense, (reply) => reply.writeHead(200, { "content-type": "application/json" }).end("[7")],
];

test.each(ways)("one that %s is no server until it is itself again", async (how, answer) => {
  const back = join(bench.workspace, "back");
  const server = createHttpServer((request, reply) => {
    const place = (request.url ?? "").replace(/\?.*/, "").replace("/api/2.0/mlflow/", "");
    if (!existsSync(back)) return answer(reply);
    reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(known[place] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const run = calling(
      bench,
      `
found = lambda: len(call("POST", "mlflow/runs/search", {"experiment_ids": [os.environ["MLFLOW_EXPERIMENT_ID"]]})[1]["runs"])
model = lambda: call("POST", "mlflow/registered-models/create", {"name": "iris"})[0]
a = run(run_name="away")
seen = set()
for step in range(200):
    seen.add(log(a, "loss", 1 / (step + 1), step)[0])
    if step % 50 == 0: seen.update((found(), model()))
say(sorted(seen))
open("back", "w").close()
say([found(), model(), call("GET", "mlflow/experiments/get-by-name", experiment_name="elsewhere")[0]])
`,
    );
    await run.start({ ...withoutMlflow, RUNLINE_MLFLOW_UPSTREAM: url }).ended();
    // Nothing that a client tries again for minutes.
    expect(said(run)).toEqual([how === nonsense ? [1, 200] : [1, 200, 501], [2, 200, 200]]);
    expect(run.of("metric").map(({ step }) => step)).toEqual([...Array(200).keys()]);
    expect(run.exit).toMatchObject({ exit_code: 0, reason: "exited" });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
