/** Prompts, traces, evaluation and scorers through the newest of MLflow's own clients. */

import * as path from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "../pythonPackages.ts";
import { clientPrograms, newestClient } from "./clients.ts";
import { startRunlineServer } from "./runlineServer.ts";

test("a program that uses everything sees what it should", async () => {
  const programs = await clientPrograms(newestClient);
  const server = await startRunlineServer("--no-token");
  try {
    const script = path.join(import.meta.dirname, "genai.py");
    const ran = await runProgram([path.join(programs, "python"), script, server.url], server.folder);
    expect("output" in ran ? saidIn(ran.output) : ran).toEqual([
      "prompt Hi {{name}}!",
      "prompt Hello Bob!",
      "prompts ['greet']",
      "models []",
      "trace OK ['outer', 'llm', 'inner'] 15",
      "nanoseconds True",
      "inside True {'x': 3} 4",
      "by status 1 1",
      "by tag 1 0 1",
      "by metadata 1",
      "by span 1 1 0",
      "by text 1 1",
      "by feedback 1 0",
      "assessments [('quality', 0.5)]",
      "records 2",
      "datasets ['questions']",
      "metrics {'is_even/mean': 1.0}",
      "evaluated 2",
      "scorers ['nice'] Is {{ outputs }} nice?",
      "deleted 0 1",
    ]);
  } finally {
    await server.close();
  }
}, 300_000);

/** What the script says, between what the client says by itself. */
function saidIn(output: string): readonly string[] {
  return output.split("\n").flatMap((line) => (line.startsWith("= ") ? [line.slice(2)] : []));
}
