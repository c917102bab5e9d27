/** The harness itself: a window opens on the packaged extension, can be driven and looked at in every theme. */

import * as fs from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepPictures, openSession, type Session } from "./session.ts";
import { type Theme, themes } from "./workbench.ts";

let session: Session;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": 'print("loss: 0.5")\n', "notes.md": "# Notes\n" } });
});

keepPictures(() => session);
afterAll(() => session?.close());

test("a file opens and a command runs from the palette", async () => {
  const { workbench } = session;
  await workbench.openFile("notes.md");
  await workbench.run("View: Close All Editors");
  await workbench.tab("notes.md").waitFor({ state: "detached" });
});

test("the window is the same in every theme", async () => {
  const { workbench } = session;
  await workbench.openFile("train.py");
  for (const theme of Object.keys(themes) as Theme[]) {
    await workbench.useTheme(theme);
    expect(fs.statSync(await workbench.screenshot("window")).size).toBeGreaterThan(10_000);
  }
});
