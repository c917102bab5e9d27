/** The recorder answers a script's MLflow calls: what it offers, and which runs come of them. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { calling, children, record, recordsIn, said, withoutMlflow } from "./mlflowClient.ts";
import { Bench, type Recording } from "./recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

const recorded = (text: string, environment: NodeJS.ProcessEnv = {}) => record(bench, text, environment);
const values = (run: Recording) => run.of("metric").map(({ step, values }) => ({ step, ...values }));

describe("what is offered", () => {
  test("an address, a token and the experiment; a script that never calls leaves no trace", async () => {
    const run = await recorded(`say({k: v for k, v in os.environ.items() if k.startswith("MLFLOW")})`);
    expect(said(run)).toEqual([
      {
        MLFLOW_TRACKING_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        MLFLOW_TRACKING_TOKEN: expect.stringMatching(/^[0-9a-f]{48}$/),
        // The first 18 digits of sha256("default") as a number.
        MLFLOW_EXPERIMENT_ID: BigInt(`0x${createHash("sha256").update("default").digest("hex")}`)
          .toString()
          .slice(0, 18),
        MLFLOW_RUN_CONTEXT: JSON.stringify({ "runline.run": run.id }).replace(":", ": "),
        MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: "true",
      },
    ]);
    expect(run.journal.filter(({ kind }) => kind === "run" || kind === "tag" || kind === "notice")).toEqual(
      [],
    );
  });

  test("a tracking server of the person's own is respected, and said", async () => {
    const run = await recorded(`say(os.environ["MLFLOW_TRACKING_URI"])`, {
      MLFLOW_TRACKING_URI: "http://ana:secret@team:5000",
    });
    expect(said(run)).toEqual(["http://ana:secret@team:5000"]);
    expect(run.of("notice")).toMatchObject([{ code: "mlflow_uri_kept" }]);
    expect(run.text("journal.jsonl")).not.toContain("secret");
  });

  test("tags, experiment and token that the person has set stay; a proxy is gone around", async () => {
    const own = {
      MLFLOW_RUN_CONTEXT: '{"team": "vision"}',
      MLFLOW_EXPERIMENT_NAME: "Mine",
      MLFLOW_RUN_ID: "5".repeat(32),
      MLFLOW_TRACKING_TOKEN: "hunter2",
      HTTPS_PROXY: "",
      http_proxy: "http://127.0.0.1:9",
      no_proxy: "example.org",
      NO_PROXY: "",
    };
    const run = await recorded(
      `
say([os.environ.get(k) for k in ("MLFLOW_RUN_CONTEXT", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID", "no_proxy")])
import urllib.request
request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/experiments/get?experiment_id=0", headers={"Authorization": "Bearer " + TOKEN})
say(json.load(urllib.request.urlopen(request))["experiment"]["name"])`,
      own,
    );
    const context = { "runline.run": run.id, team: "vision" };
    expect(said(run)).toEqual([
      [
        JSON.stringify(context).replaceAll(":", ": ").replaceAll(",", ", "),
        "Mine",
        null,
        null,
        "example.org,127.0.0.1",
      ],
      "Default",
    ]);
  });

  test("a run that is started by a run logs to itself", async () => {
    const inner = calling(bench, `log(run(), "inner", 1)`);
    const outer = await recorded(
      `import subprocess
subprocess.run(["python3", ${JSON.stringify(join(import.meta.dirname, "../../../src/recorder"))}, "run", ${JSON.stringify(inner.directory)}], check=True)
log(run(), "outer", 1)`,
    );
    expect(values(inner)).toEqual([{ step: 0, inner: 1 }]);
    expect(values(outer)).toEqual([{ step: 0, outer: 1 }]);
  });
});

describe("runs", () => {
  test("the first run that the script creates is the run itself, with its name, experiment and tags", async () => {
    const run = await recorded(`
status, made = call("POST", "mlflow/experiments/create", {"name": "vision / β"})
r = run(experiment_id=made["experiment_id"], run_name=" two\\nlines ", user_id="ana", start_time=5, tags=[{"key": "a", "value": "b"}, {"key": "mlflow.runName", "value": " two\\nlines "}])
say(r)
log(r, "loss", 0.5, 3)
call("POST", "mlflow/runs/log-parameter", {"run_uuid": r, "key": "lr", "value": "0.1"})
call("POST", "mlflow/runs/set-tag", {"run_id": r, "key": "mlflow.runName", "value": "three"})
call("POST", "mlflow/runs/delete-tag", {"run_id": r, "key": "a"})
call("POST", "mlflow/runs/update", {"run_id": r, "status": "FINISHED", "end_time": 9})
say(call("GET", "mlflow/runs/get", run_id=r)[1]["run"])
`);
    const experiment = run.of("run")[0];
    expect(experiment).toMatchObject({ user: "ana", name: "two lines", experiment: "vision / β" });
    expect(run.of("run").slice(1)).toMatchObject([{ name: "three" }, { status: "finished" }]);
    expect(run.of("tag").map(({ key, value }) => [key, value])).toEqual([
      ["a", "b"],
      ["a", null],
    ]);
    expect(run.of("parameter")).toMatchObject([{ key: "lr", value: "0.1", source: "mlflow" }]);
    expect(run.of("metric")).toMatchObject([
      { time: 1700000000003, step: 3, values: { loss: 0.5 }, source: "mlflow" },
    ]);
    expect(said(run)[0]).toBe(run.id);
    expect(said(run)[1]).toMatchObject({
      info: {
        run_id: run.id,
        run_name: "three",
        user_id: "ana",
        status: "FINISHED",
        start_time: 5,
        end_time: 9,
      },
      data: {
        metrics: [{ key: "loss", value: 0.5, timestamp: 1700000000003, step: 3 }],
        params: [{ key: "lr", value: "0.1" }],
        tags: [{ key: "mlflow.runName", value: "three" }],
      },
    });
    expect(children(run)).toEqual([]);
  });

  test("every further run is a child with a run directory of its own, nested as the script says", async () => {
    const run = await recorded(`
top = run()
inner = run(run_name="inner", tags=[{"key": "mlflow.parentRunId", "value": top}])
deep = run(tags=[{"key": "mlflow.parentRunId", "value": inner}], start_time=1000)
second = run(run_name="second")
log(deep, "z", 1)
for r, status in ((deep, "FAILED"), (inner, "KILLED"), (second, "FINISHED")):
    call("POST", "mlflow/runs/update", {"run_id": r, "status": status, "end_time": 2000})
say([top, inner, deep, second])
`);
    const [inner, deep, second, ...others] = children(run);
    expect(others).toEqual([]);
    expect(said(run)).toEqual([[run.id, inner?.id, deep?.id, second?.id]]);
    expect(inner?.spec).toMatchObject({ name: "inner", parent: run.id, argv: [], experiment: "default" });
    expect(deep?.spec).toMatchObject({ name: "brave-otter-3", parent: inner?.id });
    expect(second?.spec).toMatchObject({ name: "second", parent: run.id });
    expect(deep?.start).toMatchObject({ pid: 0, time: 1000, recorder_pid: run.startRecord.recorder_pid });
    expect(deep?.journal).toContainEqual(expect.objectContaining({ kind: "metric", values: { z: 1 } }));
    expect([inner, deep, second].map((child) => child?.exit)).toMatchObject([
      { reason: "cancelled", exit_code: null, time: 2000 },
      { reason: "reported", exit_code: 1, time: 2000 },
      { reason: "reported", exit_code: 0, time: 2000 },
    ]);
    expect(values(run)).toEqual([]);
  });

  for (const { how, text, ends } of [
    { how: "finishes", text: "", ends: { reason: "reported", exit_code: 0, error: null } },
    {
      how: "fails",
      text: "sys.exit(3)",
      ends: { reason: "reported", exit_code: 1, error: "The script ended before this run did." },
    },
    { how: "is killed", text: "os.kill(os.getpid(), 9)", ends: { reason: "reported", exit_code: 1 } },
  ])
    test(`a child that is left open ends with the script when that ${how}`, async () => {
      const run = await recorded(`run(); log(run(), "z", 1)\n${text}`);
      const [child] = children(run);
      expect(child?.exit).toMatchObject(ends);
      expect(child?.journal.at(-1)).toMatchObject({ kind: "metric" });
    });

  test("what is said of a child after its end is in the sizes of its exit record; running again is its next attempt", async () => {
    const run = await recorded(`
run()
late, again = run(), run()
for r in (late, again):
    call("POST", "mlflow/runs/update", {"run_id": r, "status": "FINISHED"})
for r in (late, again): until(lambda: os.path.exists(os.environ["RUNLINE_RUN_DIR"] + "/../" + r + "/exit.json"))
log(late, "after", 1)
call("POST", "mlflow/runs/update", {"run_id": again, "status": "RUNNING"})
log(again, "more", 1)
call("POST", "mlflow/runs/update", {"run_id": again, "status": "FAILED"})
`);
    const [late, again] = children(run);
    expect(late?.exit?.journal_bytes).toBe(readFileSync(join(late?.directory ?? "", "journal.jsonl")).length);
    expect(late?.exit).toMatchObject({ attempt: 1, exit_code: 0 });
    expect(again?.start.attempt).toBe(2);
    expect(again?.exit).toMatchObject({ attempt: 2, exit_code: 1 });
    expect(again?.journal.filter(({ kind }) => kind === "attempt")).toMatchObject([
      { attempt: 1 },
      { attempt: 2 },
    ]);
  });

  test("several processes that name the same run write to it, each call once", async () => {
    const run = await recorded(`
import multiprocessing
def work(rank, r):
    state.clear()
    for step in range(100): log(r, "rank%d" % rank, step, step)
if __name__ == "__main__":
    r = run()
    workers = [multiprocessing.Process(target=work, args=(rank, r)) for rank in range(4)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
`);
    for (const rank of [0, 1, 2, 3]) {
      const points = run.of("metric").filter(({ values }) => `rank${rank}` in values);
      expect(points.map(({ step }) => step)).toEqual([...Array(100).keys()]);
    }
    expect(children(run)).toEqual([]);
  });

  test("after a kill of the recorder everything that was answered is in the journal", async () => {
    const run = calling(
      bench,
      `
r = run()
for step in range(500):
    log(r, "loss", step, step)
    if step == 400: open("go", "w").close()
`,
    );
    run.start(withoutMlflow);
    const lines = await run.until("journal.jsonl", (text) => text.includes('"step":400,'));
    run.process?.kill("SIGKILL");
    await run.ended();
    expect(lines.split("\n").filter((line) => line.includes('"loss"')).length).toBeGreaterThan(400);
    recordsIn(run.text("journal.jsonl") ?? "");
  });
});
