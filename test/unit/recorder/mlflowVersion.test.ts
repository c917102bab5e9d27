import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mlflowVersion } from "../../../src/api/mlflow/server.ts";

test("the recorder says that it speaks the same version of MLflow as the server", () => {
  const source = new URL("../../../src/recorder/runline_recorder/mlflow_calls.py", import.meta.url);
  expect(/^VERSION = "(.*)"$/m.exec(readFileSync(source, "utf8"))?.[1]).toBe(mlflowVersion);
});
