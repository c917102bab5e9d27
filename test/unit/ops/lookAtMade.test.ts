/** Runs that a script makes beside its own are read to their last word, though they had ended, or were taken for lost, by the time it was said. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { catchUp } from "../../../src/ops/catchUp.ts";
import { killRecorder, nobody } from "../../faults/keepers.ts";
import { projectIn } from "../api/mlflow/face.ts";
import { calling, children, withoutMlflow } from "../recorder/mlflowClient.ts";
import { Bench } from "../recorder/recording.ts";

async function recorded(text: string) {
  const bench = new Bench();
  onTestFinished(() => bench.remove());
  const run = calling(bench, text);
  const project = projectIn(bench.workspace);
  const store = await project.store.needed();
  onTestFinished(() => project.store.close());
  run.start(withoutMlflow);
  const caughtUp = async () => expect(await catchUp({ ...project, store })).toEqual([]);
  const child = async () => {
    await caughtUp();
    return store.runs.get(children(run)[0]?.id ?? "");
  };
  return { bench, run, child };
}

test("a word about a run that has ended comes before the end of the script that made it", async () => {
  const { bench, run, child } = await recorded(`
run()
a = run()
log(a, "loss", 1)
call("POST", "mlflow/runs/update", {"run_id": a, "status": "FINISHED"})
until(lambda: os.path.exists(os.environ["RUNLINE_RUN_DIR"] + "/../" + a + "/exit.json"))
print("ENDED", flush=True)
until(lambda: os.path.exists("on"))
log(a, "late", 1)
`);
  await run.until("output.log", (text) => text.includes("ENDED"));
  expect(await child()).toMatchObject({ state: "finished", drained: true });
  bench.write("on", "");
  await run.ended();
  expect(await child()).toMatchObject({
    state: "finished",
    metrics: { loss: { count: 1 }, late: { count: 1 } },
  });
});

test("one that was taken for lost is as whoever went on in its recorder's place says", async () => {
  const { run, child } = await recorded(`
run()
log(run(), "loss", 1)
print("KILL ME", flush=True)
time.sleep(600)
`);
  await killRecorder(run);
  process.kill(-run.startRecord.pgid, "SIGKILL");
  await nobody(run);
  expect(await child()).toMatchObject({ state: "lost", metrics: { loss: { count: 1 } } });
  const [made] = children(run);
  const directory = made?.directory ?? "";
  const exit = {
    ...{ run_id: made?.id, attempt: 1, exit_code: 0, signal: null, reason: "reported", error: null },
    ...{ time: Date.now(), uptime: 1, journal_bytes: readFileSync(join(directory, "journal.jsonl")).length },
  };
  writeFileSync(join(directory, "exit.json"), JSON.stringify({ ...exit, log_bytes: 0 }));
  expect(await child()).toMatchObject({ state: "finished" });
});
