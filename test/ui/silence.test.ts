/** In a folder that has nothing to do with training Runline is not there: not activated, no process, no file, no word. */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";

let session: Session;

beforeAll(async () => {
  session = await openSession({
    files: {
      "main.c": '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
      Makefile: "all:\n\tcc main.c\n",
      "README.md": "# Hello\n",
      // Has "train" in its name and trains nothing.
      "constraints.py": "limit = 3\n",
    },
  });
});

keepEvidence(() => session);
afterAll(() => session?.close());

test("a foreign folder does not wake Runline", async () => {
  const { workbench, workspace, editor } = session;
  await workbench.openFile("main.c");
  await workbench.run("Developer: Show Running Extensions");
  const running = workbench.page.locator(".runtime-extensions-editor .monaco-list-row");
  await running.filter({ hasText: "git" }).first().waitFor();
  expect(await running.filter({ hasText: /runline/i }).count()).toBe(0);
  // The log is written some time after what it tells.
  await expect.poll(() => editor.log()).toContain("Eager extensions activated");
  expect(editor.log()).not.toContain("_doActivateExtension runline.runline");
  expect(await workbench.notifications().count()).toBe(0);
  expect(await workbench.statusItem(/runline/i).count()).toBe(0);
  expect(fs.readdirSync(workspace).sort()).toEqual(["Makefile", "README.md", "constraints.py", "main.c"]);
  expect(execFileSync("ps", ["-ewwo", "args"], { encoding: "utf8" })).not.toContain(
    `${editor.home}/extensions/runline`,
  );
  await workbench.screenshot("silence");
});
