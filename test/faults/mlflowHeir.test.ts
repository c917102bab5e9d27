/** The recorder is killed under a script that logs to MLflow: nothing stalls, and nothing that is said after that is lost. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { calling, children, said, withoutMlflow } from "../unit/recorder/mlflowClient.ts";
import { Bench, type Recording } from "../unit/recorder/recording.ts";
import { killRecorder, nobody } from "./keepers.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

/** Kills the recorder and its group once the script asks for it, tells the script, and lets it come to its end. */
async function orphaned(run: Recording): Promise<void> {
  run.start(withoutMlflow);
  await killRecorder(run);
  bench.write("killed", "");
  await run.until("output.log", (text) => text.includes("\nDONE"));
}

// A client opens a new connection when the old one was cut; a call that was cut short it makes once more.
const script = `
import threading
def again(*words, **more):
    try: return call(*words, **more)
    except (OSError, http.client.HTTPException):
        state.clear()
        return call(*words, **more)
post = lambda name, **body: again("POST", "mlflow/runs/" + name, body)
def kill():
    print("KILL ME", flush=True)
    until(lambda: os.path.exists("killed"))
`;

test("the script goes on with all that it has said, and its runs end as it says", async () => {
  const run = calling(
    bench,
    `${script}
a = run(run_name="base", tags=[{"key": "team", "value": "vision"}])
experiment = call("GET", "mlflow/runs/get", run_id=a)[1]["run"]["info"]["experiment_id"]
for step in range(5): log(a, "loss", 1 / (step + 1), step)
post("log-parameter", run_id=a, key="lr", value="0.1")
post("log-parameter", run_id=a, key="api_key", value="s3cret")
post("log-inputs", run_id=a, datasets=[{"dataset": {"name": "iris", "digest": "1", "source_type": "local", "source": "x"}}])
model = call("POST", "mlflow/logged-models", {"experiment_id": experiment, "name": "net", "source_run_id": a})[1]["model"]["info"]["model_id"]
ended, left = run(run_name="ended"), run(run_name="left")
log(ended, "z", 1)
post("update", run_id=ended, status="FINISHED", end_time=1700000000000)
before = call("GET", "mlflow/runs/get", run_id=a)[1]
kill()
after = again("GET", "mlflow/runs/get", run_id=a)[1]
for part in ("metrics", "params", "tags"):
    for shown in (before, after):
        shown["run"]["data"][part] = sorted([x for x in shown["run"]["data"][part] if x["key"] != "api_key"], key=lambda x: x["key"])
for shown in (before, after): shown["run"]["info"].pop("start_time")
say(before == after)
say([again("GET", "mlflow/runs/get", run_id=x)[1]["run"]["info"]["status"] for x in (ended, left)])
for step in range(5, 10): log(a, "loss", 1 / (step + 1), step)
say([x["step"] for x in again("GET", "mlflow/metrics/get-history", run_id=a, metric_key="loss")[1]["metrics"]])
say([post("log-parameter", run_id=a, key="lr", value=value)[0] for value in ("0.1", "0.2")])
say(post("log-parameter", run_id=a, key="api_key", value="s3cret")[0])
say(again("PATCH", "mlflow/logged-models/" + model, {"status": "LOGGED_MODEL_READY"})[1]["model"]["info"]["name"])
say(put("%s/%s/artifacts/a.txt" % (experiment, a), b"hello")[0])
late = run(run_name="late")
post("log-metric", run_id=late, key="z", value=2, timestamp=1, step=0)
for each, status in ((left, "FAILED"), (late, "FINISHED")): post("update", run_id=each, status=status)
run(run_name="open")
until(lambda: os.path.exists(os.environ["RUNLINE_RUN_DIR"] + "/../" + late + "/exit.json"))
print("DONE", flush=True)
`,
  );
  await orphaned(run);
  expect(said(run)).toEqual([
    true,
    ["FINISHED", "RUNNING"],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [200, 400],
    200,
    "net",
    200,
  ]);
  expect(run.of("metric").flatMap(({ values }) => values.loss)).toEqual(
    Array.from({ length: 10 }, (_, step) => 1 / (step + 1)),
  );
  expect(run.of("notice").map(({ code }) => code)).toContain("recorder_killed");
  expect(existsSync(join(run.directory, "artifacts", "a.txt"))).toBe(true);
  const ends = children(run).map(({ spec, exit }) => [spec.name, exit && [exit.reason, exit.exit_code]]);
  expect(ends).toEqual([
    ["ended", ["reported", 0]],
    ["left", ["reported", 1]],
    ["late", ["reported", 0]],
    ["open", null],
  ]);
  expect(run.text("exit.json")?.trim()).toBe("");
});

test("each call of many at once that was answered is kept, and only one that was cut short comes twice", async () => {
  const run = calling(
    bench,
    `${script}
a = run(run_name="busy")
answered = [[] for _ in range(4)]
def work(at):
    global state
    mine = {}
    for step in range(300):
        text = json.dumps(dict(run_id=a, key="m%d" % at, value=step, timestamp=1, step=step))
        for attempt in range(2):
            connection = mine.get(0) or http.client.HTTPConnection(URL.hostname, URL.port, timeout=30)
            mine[0] = connection
            try:
                connection.request("POST", "/api/2.0/mlflow/runs/log-metric", text, {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                mine.clear()
                continue
            if answer.status == 200: answered[at].append(step)
            break
threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
for each in threads: each.start()
until(lambda: len(answered[0]) > 100)
kill()
for each in threads: each.join()
say([len(each) for each in answered])
print("DONE", flush=True)
`,
  );
  await orphaned(run);
  expect(said(run)).toEqual([[300, 300, 300, 300]]);
  for (const key of ["m0", "m1", "m2", "m3"]) {
    const steps = run.of("metric").flatMap(({ step, values }) => (key in values ? [step] : []));
    expect(steps.filter((step, at) => step !== steps[at - 1])).toEqual([...Array(300).keys()]);
    expect(steps.length).toBeLessThanOrEqual(301);
  }
  await nobody(run);
});

test("a script that sends its output elsewhere and that had not called before is answered, to its own end", async () => {
  bench.write("code.sh", 'python3 "$1"; echo $? > code');
  const text = `${script}
kill()
for handle in (1, 2): os.dup2(os.open("elsewhere", os.O_WRONLY | os.O_CREAT), handle)
a = run(run_name="first")
log(a, "z", 1)
sys.exit(7)
`;
  const run = calling(bench, text, {});
  Object.assign(run.spec, { argv: ["sh", "code.sh", ...run.spec.argv.slice(1)] });
  bench.write(join(".runline/runs", run.id, "spec.json"), JSON.stringify(run.spec));
  run.start(withoutMlflow);
  await killRecorder(run);
  bench.write("killed", "");
  await nobody(run);
  expect(bench.read("code")).toBe("7\n");
  expect(run.of("metric").map(({ values }) => values)).toEqual([{ z: 1 }]);
  expect(children(run)).toEqual([]);
});

test("a daemon that lives on after its script is answered too, and then nobody is left", async () => {
  const run = calling(
    bench,
    `${script}
a = run(run_name="first")
if os.fork() == 0:
    parent = os.getppid()
    os.setsid()
    state.clear()
    until(lambda: os.getppid() != parent)
    log(a, "late", 1)
    print("\\nDONE", flush=True)
    os._exit(0)
kill()
`,
  );
  await orphaned(run);
  expect(run.of("metric").map(({ values }) => values)).toEqual([{ late: 1 }]);
  await nobody(run);
});
