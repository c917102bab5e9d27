import { EventEmitter, once } from "node:events";
import { expect, test } from "vitest";
import { serveMlflow } from "../../../../src/api/mlflow/server.ts";

test("closing cuts connections at once, and waits for the answers that have begun", async () => {
  const signals = new EventEmitter();
  const [asked, held] = [once(signals, "asked"), once(signals, "go on")];
  const order: string[] = [];
  const serving = await serveMlflow({
    ...{ host: "127.0.0.1", port: 0, token: null, hosts: [], origins: [] },
    failed: () => order.push("told"),
    async face() {
      signals.emit("asked");
      await held;
      throw new Error("the store is gone");
    },
  });
  const answer = fetch(`${serving.url}/api/2.0/mlflow/experiments/search?max_results=1`).then(
    () => "answered",
    () => "cut",
  );
  await asked;
  const closed = serving.close().then(() => order.push("closed"));
  expect(await answer).toBe("cut");
  signals.emit("go on");
  await closed;
  expect(order).toEqual(["told", "closed"]);
});
