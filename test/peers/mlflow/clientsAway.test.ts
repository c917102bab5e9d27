/** The network to the team's server is away while a run logs; once it is back, the run is sent there whole. */

import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../unit/api/editor/serverHarness.ts";
import { pythonClient } from "../../unit/recorder/mlflowClient.ts";
import { type RunlineServer, startRunlineServer } from "./runlineServer.ts";

/** Between us and a server: passes everything on, or takes everything in without a word. */
class Network {
  #away = false;
  readonly #held = new Set<Socket>();
  readonly #server: Server;

  constructor(port: number) {
    this.#server = createServer((near) => {
      this.#hold(near);
      if (this.#away) return void near.resume();
      const far = connect(port, "127.0.0.1");
      this.#hold(far);
      near.pipe(far).pipe(near);
    });
  }

  #hold(socket: Socket): void {
    this.#held.add(socket);
    socket.on("error", () => undefined).on("close", () => this.#held.delete(socket));
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  /** Connections of before fall silent too. */
  goAway(): void {
    this.#away = true;
    for (const socket of this.#held) socket.unpipe().resume();
  }

  get waits(): boolean {
    return this.#held.size > 0;
  }

  /** What hung is cut: its sender learns that the other side knows nothing of it. */
  comeBack(): void {
    this.#away = false;
    for (const socket of this.#held) socket.destroy();
  }

  async close(): Promise<void> {
    this.comeBack();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const steps = 3_000;
const trainer = `
from client import *
a = run(run_name="through it all")
for step in range(${steps}): assert log(a, "loss", 1 / (step + 1), step)[0] == 200
assert call("POST", "mlflow/runs/log-parameter", {"run_id": a, "key": "lr", "value": "0.1"})[0] == 200
`;

let team: RunlineServer;
let network: Network;
let here: TestServer;
beforeAll(async () => {
  team = await startRunlineServer("--no-token");
  network = new Network(Number(new URL(team.url).port));
  here = await startTestServer({ files: { "train.py": trainer, "client.py": pythonClient } });
}, 180_000);
afterAll(async () => {
  await here?.stop();
  await network?.close();
  await team?.close();
});

interface Sent {
  readonly info: { readonly run_id: string; readonly run_name: string; readonly status: string };
  readonly data: { readonly params?: readonly object[] };
}

interface Wire {
  readonly experiments?: readonly { readonly experiment_id: string }[];
  readonly runs?: readonly Sent[];
}

async function ask(place: string, body: object): Promise<Wire> {
  const answer = await fetch(`${team.url}/api/2.0/mlflow/${place}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Wire;
}

/** The run as the team's server has it, wherever it was put. */
async function copies(): Promise<readonly Sent[]> {
  const { experiments = [] } = await ask("experiments/search", { max_results: 100 });
  const ids = experiments.map((each) => each.experiment_id);
  const { runs = [] } = await ask("runs/search", { experiment_ids: ids });
  return runs.filter(({ info }) => info.run_name === "through it all");
}

test("nothing of it waits, and nothing of it is lost or sent twice", async () => {
  const url = await network.open();
  expect(await here.value("mlflow/connect", { url })).toMatchObject({ trouble: null });
  network.goAway();
  const { id } = await here.value("runs/launch", { script: `${here.workspace}/train.py` });
  await here.ended(id);
  const own = (await here.value("runs/list", {})).find((run) => run.id === id);
  expect(own).toMatchObject({
    name: "through it all",
    state: "finished",
    metrics: { loss: { count: steps } },
  });

  const sending = here.ask("mlflow/send", { id, url });
  await expect.poll(() => network.waits, { timeout: 30_000 }).toBe(true);
  expect(await copies()).toEqual([]);
  network.comeBack();
  await sending;
  await expect
    .poll(async () => (await copies())[0]?.info.status, { timeout: 60_000, interval: 200 })
    .toBe("FINISHED");
  expect(await here.value("mlflow/send", { id, url })).toMatchObject({ left: 0 });
  const [copy, ...others] = await copies();
  expect(others).toEqual([]);
  expect(copy?.data.params).toContainEqual({ key: "lr", value: "0.1" });
  const query = `run_id=${copy?.info.run_id}&metric_key=loss&max_results=25000`;
  const history = await fetch(`${team.url}/api/2.0/mlflow/metrics/get-history?${query}`);
  const { metrics } = (await history.json()) as { metrics: readonly { readonly step: number }[] };
  expect(metrics.map(({ step }) => step).toSorted((a, b) => a - b)).toEqual([...Array(steps).keys()]);
}, 180_000);
