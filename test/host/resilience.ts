/** What a person falls back on: a server that comes back, a sample to start with, diagnostics to send. */

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { Runline } from "../../src/extension.ts";

let runline: Runline;

describe("around the main job", () => {
  before(async () => {
    const extension = vscode.extensions.getExtension<Runline>("runline.runline");
    assert.ok(extension);
    runline = await extension.activate();
  });

  it("goes on when the server was killed", async function () {
    if (!fs.existsSync("/proc/self/task")) return this.skip();
    await runline.server.request("store/status", {});
    const [server] = serverProcesses();
    assert.ok(server);
    const back = new Promise<void>((resolve) => {
      const listening = runline.server.onRunning((up) => {
        if (!up) return;
        listening.dispose();
        resolve();
      });
    });
    process.kill(server, "SIGKILL");
    await back;
    assert.notDeepEqual(serverProcesses(), [server]);
    assert.equal((await runline.server.request("store/status", {})).failure, null);
  });

  it("answers what the server refuses with a cause and a next step", async () => {
    const asked = runline.server.request("runs/get", { id: "0".repeat(32) });
    await assert.rejects(asked, { name: "HostFailure", message: /^There is no run .+\. List the runs/ });
  });

  it("copies the sample workspace beside what is already there", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "runline-sample-"));
    try {
      const copies = [];
      for (let time = 0; time < 2; time++)
        copies.push(
          await vscode.commands.executeCommand<vscode.Uri>("runline.openSample", vscode.Uri.file(folder)),
        );
      assert.deepEqual(
        copies.map((copy) => path.basename(copy.fsPath)),
        ["runline-sample", "runline-sample-2"],
      );
      assert.ok(fs.existsSync(path.join(folder, "runline-sample", "train.py")));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("copies diagnostics without the home folder", async () => {
    await vscode.commands.executeCommand("runline.copyDiagnostics");
    const text = await vscode.env.clipboard.readText();
    assert.match(text, /^Runline \d+\.\d+\.\d+\nEditor: /);
    assert.match(text, /\n {2}runline\.parallelRuns: \d+\n/);
    assert.equal(text.includes(`${os.homedir()}/`), false);
  });

  it("works with a setting of the wrong type", async () => {
    const configuration = vscode.workspace.getConfiguration("runline");
    await configuration.update("parallelRuns", "many", vscode.ConfigurationTarget.Workspace);
    assert.equal((await runline.server.request("store/status", {})).failure, null);
    await configuration.update("parallelRuns", undefined, vscode.ConfigurationTarget.Workspace);
  });
});

/** Children of this extension host that run the server. */
function serverProcesses(): number[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes("server.cjs"))
    .filter(
      (pid) =>
        read(`/proc/${pid}/stat`)
          .replace(/^.*\) /s, "")
          .split(" ")[1] === String(process.pid),
    )
    .map(Number);
}

/** Processes come and go while they are listed. */
function read(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}
