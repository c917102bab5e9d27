/** `npm start` as a person types it, up to the moment where the editor answers. */

import { spawn } from "node:child_process";
import * as path from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../editor/built.ts";

test("npm start opens the sample in an editor and says where", async () => {
  const child = spawn(process.execPath, [path.join(projectRoot, "test", "start.mjs"), "--check"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(output).toMatch(
    /Runline is ready\. Open this address in a browser:\s+http:\/\/127\.0\.0\.1:\d+\/\?folder=/,
  );
  expect(code).toBe(0);
});

test("npm start says how it is called when it does not understand", async () => {
  const child = spawn(process.execPath, [path.join(projectRoot, "test", "start.mjs"), "--port", "many"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(output).toContain("many is no port.\nUsage: npm start");
  expect(output).not.toMatch(/^\s+at /m);
  expect(code).toBe(2);
});
