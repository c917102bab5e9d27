/**
 * What a training script pays for logging through MLflow's client while the team's server is away (issue 4): it takes connections and
 * never answers. It is counted in processor time of the script and of its recorder while it logs, which a busy machine does not change.
 */

import * as fs from "node:fs";
import { createServer, type Socket } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { capture, openStack } from "../faults/stack.ts";
import { clientPrograms, newestClient } from "../peers/mlflow/clients.ts";
import { atMost, type BenchRow, told } from "./row.ts";

const steps = 20;
const stepMs = 1_000;
/** An hour of such steps, which one wait for the server is set against. */
const hourMs = 3_600_000;

const script = `
import json, os, sys, time
import mlflow
def recorder():
    with open("/proc/%d/stat" % os.getppid()) as file: fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
steps, step_ms = int(sys.argv[1]), float(sys.argv[2])
began = time.perf_counter()
mlflow.set_experiment("away")
run = mlflow.start_run()
first = time.perf_counter() - began
mlflow.log_metric("warm", 0)
logging = waiting = 0.0
answering = recorder()
for step in range(steps):
    before = time.perf_counter()
    while time.perf_counter() - before < step_ms / 1000: sum(range(1000))
    between, used = time.perf_counter(), time.process_time()
    mlflow.log_metrics({"loss": 1 / (step + 1), "acc": step / 100, "lr": 0.1, "norm": 1.5}, step=step)
    logging += time.process_time() - used
    waiting += time.perf_counter() - between
answering = recorder() - answering
mlflow.end_run()
print("TOLD " + json.dumps([1000 * each for each in (first, logging, answering, waiting)]))
`;

export async function bench(): Promise<readonly BenchRow[]> {
  const held: Socket[] = [];
  const silent = createServer((socket) => {
    held.push(socket.on("error", () => undefined).resume());
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-bench-")));
  const stack = await openStack(folder);
  try {
    const python = path.join(await clientPrograms(newestClient), "python");
    const file = path.join(stack.workspace, "away.py");
    fs.writeFileSync(file, script);
    // As the window's server says where it is.
    const said = { url: `http://127.0.0.1:${port}`, token: "", pid: process.pid };
    fs.writeFileSync(path.join(stack.layout.directory, "mlflow.json"), JSON.stringify(said), { mode: 0o600 });
    stack.follow();
    const ask = { script: file, arguments: [String(steps), String(stepMs)], python };
    const { id } = await stack.launch(ask, { capture });
    await stack.ended(id);
    const log = (await stack.log(id)).toString();
    const line = /^TOLD (.*)$/m.exec(log)?.[1];
    if (line === undefined) throw new Error(log.slice(-2_000));
    const [first = 0, logging = 0, answering = 0, waiting = 0] = JSON.parse(line) as readonly number[];
    const { steps: kept } = await stack.store.metrics.points({ runId: id, attempt: 1, key: "loss" });
    if (kept.length !== steps) throw new Error(`${kept.length} of ${steps} points are there`);
    const share = ((logging + answering) / (steps * stepMs) + first / hourMs) * 100;
    const name = "an hour of training that logs 4 values each second, team's server away: beyond untracked";
    return [
      atMost(name, 1, share, "%"),
      told("– of it the client, for each call", logging / steps, "ms"),
      told("– of it the recorder, with all that it watches", answering / steps, "ms"),
      told("– until the call is answered", waiting / steps, "ms"),
      told("– the start, which asks the server once", first, "ms"),
      told("– connections that the server got", held.length, "in all"),
    ];
  } finally {
    await stack.close();
    for (const socket of held) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
