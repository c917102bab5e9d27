/** What a run reads and writes is seen while it is going, not only when it has ended. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";

/** Reads before its first step, writes when it is told to, and goes on until it is told that it is enough. */
const train = `import os, time

if __name__ == "__main__":
    rows = open("data/train.csv").read().splitlines()
    written = False
    step = 0
    while not os.path.exists("enough"):
        step += 1
        print(f"step {step}: loss {step}")
        if os.path.exists("write-now") and not written:
            with open("model.bin", "w") as file:
                file.write("weights")
            written = True
        time.sleep(0.05)
`;

let session: Session;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": train, "data/train.csv": "a,b\n1,2\n" } });
});

keepEvidence(() => session);

afterAll(async () => {
  if (session !== undefined) tell("enough");
  await session?.close();
});

const tell = (name: string) => fs.writeFileSync(path.join(session.workspace, name), "");

test("the Lineage view and the page list files of a run that is going", async () => {
  const { workbench } = session;
  await workbench.openFile("train.py", 3);
  await workbench.showContainer("Runline");
  await workbench.lens("▷ Run").click();
  await workbench.row("Runs", "Running (1)").waitFor();
  await workbench.inPanel("running").waitFor();
  await workbench.row("Lineage", "data/train.csv").waitFor();
  await workbench.panel().getByRole("tab", { name: "Files" }).click();
  await workbench.inPanel("data/train.csv").waitFor();
  expect(await workbench.row("Lineage", "model.bin").count()).toBe(0);

  tell("write-now");
  await workbench.row("Lineage", "model.bin").waitFor();
  await workbench.inPanel("model.bin").waitFor();
  await workbench.row("Runs", "Running (1)").waitFor();
  await workbench.screenshot("live-files");

  tell("enough");
  await workbench.row("Runs", "Today (1)").waitFor();
  await workbench.inPanel("finished").waitFor();
  expect(await workbench.notifications().count()).toBe(0);
});
