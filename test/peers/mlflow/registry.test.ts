/** The registry through MLflow's own clients, old and new, and what Runline itself says of it afterwards. */

import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { json } from "../cli/commandLine.ts";
import { runProgram } from "../pythonPackages.ts";
import { clientPrograms, clientVersions } from "./clients.ts";
import { startRunlineServer } from "./runlineServer.ts";

describe.each(clientVersions)("MLflow %s", (version) => {
  test("registers, promotes, finds, copies, renames and deletes", async () => {
    const programs = await clientPrograms(version);
    const server = await startRunlineServer("--no-token");
    try {
      const script = path.join(import.meta.dirname, "registry.py");
      const ran = await runProgram([path.join(programs, "python"), script, server.url], server.folder);
      expect("output" in ran ? saidIn(ran.output) : ran).toEqual([
        "versions 1 2 READY",
        "champion 2",
        "stages [('1', 'Staging'), ('2', 'None')]",
        "found ['iris']",
        // The one that was changed last comes first.
        "found versions ['1', '2']",
        "downloaded weights",
        "copied flowers 1 models:/iris/1",
        "left ['2']",
        "error RESOURCE_DOES_NOT_EXIST",
      ]);
      const models = (await json(server.folder, "models")) as readonly {
        readonly name: string;
        readonly versions: readonly object[];
      }[];
      expect(models.find(({ name }) => name === "irises")?.versions).toMatchObject([
        {
          version: 2,
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
          artifact: "model",
          origin: { signature: { flavors: ["python_function", "sklearn"] } },
        },
      ]);
      expect(await json(server.folder, "audit", "verify")).toMatchObject({ problem: null });
    } finally {
      await server.close();
    }
  }, 300_000);
});

/** What the script says, between what the client says by itself. */
function saidIn(output: string): readonly string[] {
  const words = /^(versions|champion|stages|found|downloaded|copied|left|error) /;
  return output.split("\n").filter((line) => words.test(line));
}
