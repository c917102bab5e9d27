/** The switch for terminals and notebooks, in the process whose environment kernels of notebooks inherit. */

import * as assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";

const names = ["MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN", "RUNLINE_MLFLOW_URI"];
const given = () => names.filter((name) => process.env[name] !== undefined);

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 40_000; !holds(); ) {
    assert.ok(Date.now() < end, `given: ${given().join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const change = (value: boolean | undefined) =>
  vscode.workspace
    .getConfiguration("runline.mlflow")
    .update("terminals", value, vscode.ConfigurationTarget.Workspace);

describe("terminals and notebooks", () => {
  afterEach(() => change(undefined));

  it("get an address that answers while the switch is on, and none otherwise", async () => {
    await vscode.extensions.getExtension("runline.runline")?.activate();
    assert.deepEqual(given(), []);
    await change(true);
    await until(() => given().length === names.length);
    const uri = process.env.MLFLOW_TRACKING_URI ?? "";
    const authorization = `Bearer ${process.env.MLFLOW_TRACKING_TOKEN}`;
    const place = `${uri}/api/2.0/mlflow/experiments/get?experiment_id=0`;
    assert.equal((await fetch(place, { headers: { authorization } })).status, 200);
    assert.equal((await fetch(place)).status, 401);
    await change(false);
    await until(() => given().length === 0);
  });
});
