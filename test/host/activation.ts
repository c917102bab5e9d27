/** The extension as the editor sees it. */

import * as assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as vscode from "vscode";
import { commands, settings } from "../../src/host/contract.ts";

describe("the extension", () => {
  it("activates in a folder with a script", async () => {
    const extension = vscode.extensions.getExtension("runline.runline");
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it("registers every command of the contract", async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.keys(commands).filter((id) => !registered.has(id)),
      [],
    );
  });

  it("has the default of the contract for every setting", () => {
    const configuration = vscode.workspace.getConfiguration();
    const found = Object.keys(settings).map((id) => [id, configuration.inspect(id)?.defaultValue]);
    assert.deepEqual(
      found,
      Object.entries(settings).map(([id, spec]) => [id, spec.default]),
    );
  });
});
