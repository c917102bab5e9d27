/** `runline promote --server`: an alias of a team's server, from the command line. */

import { rm } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { openFolder } from "../../../../src/api/cli/folder.ts";
import { main } from "../../../../src/api/cli/main.ts";
import type { Terminal } from "../../../../src/api/cli/terminal.ts";
import { engines, temporaryFolder } from "../editor/serverHarness.ts";
import { serve } from "../mlflow/face.ts";

test("sets and removes an alias there with the token of the environment, and logs it here", async () => {
  const there = await serve({ token: "open-sesame" });
  const signed = { authorization: "Bearer open-sesame" };
  await there.post("registered-models/create", { name: "digits" }, signed);
  await there.post("model-versions/create", { name: "digits", source: "s3://bucket/model" }, signed);
  const folder = await temporaryFolder();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { url } = there.server;

  async function runline(line: string, environment: Readonly<Record<string, string>> = {}) {
    let [out, error] = ["", ""];
    const terminal: Terminal = {
      out: async (text) => {
        out += text;
      },
      note: (text) => {
        error += text;
      },
      ...{ color: false, noteColor: false, interactive: false },
      onInterrupt: () => ({ [Symbol.dispose]: () => undefined }),
    };
    const openProject = async () => openFolder(folder, engines, {}, terminal);
    const code = await main(line.split(" "), { terminal, version: "1.2.3", environment, openProject });
    return { code, out, error };
  }

  const token = { MLFLOW_TRACKING_TOKEN: "open-sesame" };
  const promote = `promote digits 1 --reason Better --server ${url}`;
  expect((await runline(promote)).error).toContain("did not let you in");
  expect(await runline(promote, token)).toMatchObject({ code: 0, out: "champion of digits is version 1.\n" });
  expect(await runline(`${promote} --expected none`, token)).toMatchObject({
    error: expect.stringContaining("is on version 1 now"),
  });
  expect(await runline(`unalias digits champion --reason Worse --server ${url}/`, token)).toMatchObject({
    code: 0,
    out: "champion of digits is removed; it was on version 1.\n",
  });
  expect((await runline("promote digits 1 --reason x --server host")).code).toBe(2);
  const { out } = await runline("audit list");
  expect(out).toContain(
    `asked ${new URL(url).host} to set champion of digits to version 1 (was free): Better`,
  );
  expect(out).toContain("to remove champion of digits (was version 1): Worse");
});
