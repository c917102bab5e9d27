/** A server that takes connections and never answers, as behind a network that is away: a run that logs waits for it once, and loses nothing. */

import { createServer, type Socket } from "node:net";
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
