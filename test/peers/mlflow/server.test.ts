/** MLflow's own clients, unmodified, in three generations, against `runline serve`. */

import * as path from "node:path";
import { expect, test } from "vitest";
import { runline } from "../cli/commandLine.ts";
import { runProgram } from "../pythonPackages.ts";
import { type ClientVersion, clientPrograms, clientVersions, newestClient } from "./clients.ts";
import { startRunlineServer } from "./runlineServer.ts";

const script = path.join(import.meta.dirname, "server.py");

const common = {
  fluent: {
    experiment: "fluent",
    status: "FINISHED",
    params: { lr: "0.1", depth: "3", text: "a b" },
    loss: 0.05,
    nan: true,
    inf: true,
    tags: { given: "yes", a: "1", b: "2", "mlflow.runName": "outer" },
    parent: true,
    history: 20,
    files: ["config.json", "many", "notes"],
    many: [
      ["many/one.txt", 1],
      ["many/two.txt", 2],
    ],
    text: "hällo",
    resumed: 1,
  },
  search: { pages: true, count: 12, high: 3 },
  once: "INVALID_PARAMETER_VALUE",
  client: { gone: [], run: ["renamed", "FAILED", false], tags: { k: "v", more: "x" } },
  missing: ["RESOURCE_DOES_NOT_EXIST", expect.stringContaining("Run with id=nothing not found")],
};
const newer = {
  inputs: [["meta", [["mlflow.data.context", "train"]]]],
  models: { autolog: true, outputs: 1, loaded: 13, by_run: 13, status: "READY", found: ["model"] },
};
const expected: Readonly<Record<ClientVersion, object>> = {
  "2.9.2": common,
  "2.22.5": { ...common, async: 50 },
  [newestClient]: { ...common, async: 50, ...newer },
};

test.each(clientVersions)(
  "the client %s does all its work",
  async (version) => {
    const programs = await clientPrograms(version);
    const server = await startRunlineServer();
    try {
      const environment = {
        MLFLOW_TRACKING_URI: server.url,
        MLFLOW_TRACKING_TOKEN: server.token ?? "",
        MLFLOW_DISABLE_TELEMETRY: "true",
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
      };
      const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      const done = await runProgram(["env", ...words, path.join(programs, "python"), script], server.folder);
      if ("failed" in done) throw new Error(done.failed);
      expect(JSON.parse(done.output.trim().split("\n").at(-1) ?? "")).toEqual(expected[version]);
      expect(await server.stop()).toBe("");
      // What clients logged is in the folder like every other run.
      const listed = JSON.parse((await runline(server.folder, "runs", "--json")).out) as {
        name: string;
      }[];
      expect(listed.map(({ name }) => name)).toContain("outer");
    } finally {
      await server.close();
    }
  },
  300_000,
);
