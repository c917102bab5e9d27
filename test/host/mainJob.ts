/** The main job through commands, with the real server, recorder, store and a real script. */

import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { Runline } from "../../src/extension.ts";
import type { RunsRow } from "../../src/host/runsTree.ts";
import type { Run } from "../../src/model/run.ts";

const script = `import argparse, json, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
options = parser.parse_args()
for step in range(1, 6):
    print(f"step {step}: loss {1 / (step * options.lr):.3f} val_acc {step / 10:.3f}")
pathlib.Path("models").mkdir(exist_ok=True)
pathlib.Path("models/model.json").write_text(json.dumps({"lr": options.lr}))
`;

let runline: Runline;
let workspace: string;

describe("the main job", () => {
  before(async () => {
    const extension = vscode.extensions.getExtension<Runline>("runline.runline");
    assert.ok(extension);
    runline = await extension.activate();
    workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
    await vscode.commands.executeCommand("runline.runs.focus");
  });

  it("runs a script with what was typed last, and sees it finish with its metric", async () => {
    const file = path.join(workspace, "train_small.py");
    fs.writeFileSync(file, "");
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), script));
    const id = await vscode.commands.executeCommand<string>("runline.run");
    assert.equal(fs.readFileSync(file, "utf8"), script);
    const run = await ended(id);
    assert.equal(run.state, "finished");
    assert.equal(run.keyMetric, "val_acc");
    assert.equal(run.metrics.val_acc?.last, 0.5);
    assert.equal(run.parameters.lr?.value, "0.1");
    const item = runline.runs.getTreeItem(row(id));
    assert.match(String(item.description), /^val_acc 0\.5 · /);
    assert.equal(item.contextValue, "run.ended.finished.plain.own");
    assert.equal(item.id, `run:${id}`);
  });

  it("waits for a save that is under way, as the editor's own is while it asks who wants to change the text", async () => {
    const file = path.join(workspace, "train_saved.py");
    fs.writeFileSync(file, "");
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), script));
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let listening: vscode.Disposable | undefined;
    const asked = new Promise<void>((resolve) => {
      listening = vscode.workspace.onWillSaveTextDocument((event) => {
        event.waitUntil(answered);
        resolve();
      });
    });
    try {
      const saving = editor.document.save();
      await asked;
      assert.equal(await editor.document.save(), false);
      const running = vscode.commands.executeCommand<string>("runline.run");
      await immediate();
      answer();
      await saving;
      assert.equal((await ended(await running)).state, "finished");
      assert.equal(fs.readFileSync(file, "utf8"), script);
    } finally {
      answer();
      listening?.dispose();
    }
  });

  it("says when Python is not asked to run a file", async () => {
    const file = path.join(workspace, "notes.txt");
    fs.writeFileSync(file, "no script");
    const before = runline.source.snapshot.runs.length;
    await vscode.commands.executeCommand("runline.run", vscode.Uri.file(file));
    assert.equal((await runline.source.refresh()).runs.length, before);
  });

  it("shows the log without control sequences", async () => {
    const [run] = runline.source.snapshot.runs;
    assert.ok(run);
    await vscode.commands.executeCommand("runline.openLog", run.id);
    const text = vscode.window.activeTextEditor?.document.getText() ?? "";
    assert.match(text, /^step 1: loss 10\.000 val_acc 0\.100\n/);
  });

  it("stars, and takes a delete back", async () => {
    const [run] = runline.source.snapshot.runs;
    assert.ok(run);
    await vscode.commands.executeCommand("runline.star", run.id);
    assert.equal(runline.source.get(run.id)?.starred, true);
    await vscode.commands.executeCommand("runline.delete", run.id);
    assert.equal(runline.source.get(run.id), undefined);
    await vscode.commands.executeCommand("runline.restore");
    assert.equal(runline.source.get(run.id)?.starred, true);
  });

  it("registers what a run wrote, promotes it, and keeps a log of it that fits", async () => {
    const [run] = runline.source.snapshot.runs;
    assert.ok(run);
    const { request } = runline.server;
    const version = await request("models/register", {
      runId: run.id,
      path: "models/model.json",
      model: "small",
    });
    await request("models/promote", {
      model: "small",
      version: version.version,
      alias: "champion",
      reason: "the first",
    });
    await vscode.commands.executeCommand("runline.showModel", "small");
    const [model] = await runline.models.getChildren();
    assert.ok(model?.kind === "model");
    assert.equal(runline.models.getTreeItem(model).description, "champion v1");
    assert.equal((await request("audit/verify", {})).problem, null);
    await vscode.commands.executeCommand("runline.showAudit");
    assert.match(
      vscode.window.activeTextEditor?.document.getText() ?? "",
      /champion of small was set to v1\./,
    );
  });

  it("leads from the run to what it made", async () => {
    const [run] = runline.source.snapshot.runs;
    assert.ok(run);
    await vscode.commands.executeCommand("runline.showLineage", run.id);
    assert.equal(runline.lineage.root, `run:${run.id}`);
    const [root] = runline.lineage.getChildren();
    assert.ok(root);
    const sides = runline.lineage.getChildren(root);
    const labels = sides
      .flatMap((side) => runline.lineage.getChildren(side))
      .map((each) => runline.lineage.getTreeItem(each).label);
    assert.ok(labels.includes("models/model.json"), String(labels));
  });

  it("cancels a run", async () => {
    const file = path.join(workspace, "train_long.py");
    fs.writeFileSync(
      file,
      'import time\nfor step in range(600):\n    print(f"step {step}: loss 1.0", flush=True)\n    time.sleep(0.1)\n',
    );
    const id = await vscode.commands.executeCommand<string>("runline.run", vscode.Uri.file(file));
    await until((run) => run.keyMetric === "loss", id);
    await vscode.commands.executeCommand("runline.cancel", id);
    assert.equal((await ended(id)).state, "cancelled");
  });
});

function row(id: string): RunsRow {
  const run = runline.source.get(id);
  assert.ok(run);
  return { kind: "run", run, parts: [], above: null };
}

const ended = (id: string) =>
  until((run) => ["finished", "failed", "cancelled", "lost"].includes(run.state) && run.drained, id);

/** The run once it fits; the tree's own source is what is watched. */
function until(fits: (run: Run) => boolean, id: string): Promise<Run> {
  return new Promise((resolve) => {
    const look = () => {
      const run = runline.source.get(id);
      if (run === undefined || !fits(run)) return;
      listening.dispose();
      resolve(run);
    };
    const listening = runline.source.onDidChange(look);
    look();
  });
}
