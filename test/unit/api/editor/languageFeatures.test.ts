import { afterEach, expect, it } from "vitest";
import type { CodeLens, Hover } from "vscode-languageserver/node";
import { type ServerWish, startTestServer, type TestServer } from "./serverHarness.ts";

const trainer = `import argparse
import json

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
args = parser.parse_args()

def train():
    loss = 1.0
    for step in range(4):
        loss *= 1 - args.lr
        print(f"step {step}: loss {loss:.4f}")
    with open("model.json", "w") as file:
        json.dump({"loss": loss}, file)

if __name__ == "__main__":
    train()
`;
const guardLine = trainer.split("\n").indexOf('if __name__ == "__main__":');

let server: TestServer;
afterEach(() => server.stop());

async function open(wish: ServerWish = {}): Promise<string> {
  server = await startTestServer({ files: { "train.py": trainer }, ...wish });
  const uri = `file://${server.workspace}/train.py`;
  await server.client.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "python", version: 1, text: trainer },
  });
  return uri;
}

const lensesOf = (uri: string) =>
  server.client.sendRequest<CodeLens[]>("textDocument/codeLens", { textDocument: { uri } });
const titlesOf = async (uri: string) => (await lensesOf(uri)).map(({ command }) => command?.title);

async function hoverOn(uri: string, word: string): Promise<string> {
  const line = trainer.split("\n").findIndex((text) => text.includes(word));
  const character = (trainer.split("\n")[line] ?? "").indexOf(word) + 1;
  const position = { line, character };
  const hover = await server.client.sendRequest<Hover | null>("textDocument/hover", {
    textDocument: { uri },
    position,
  });
  return hover === null ? "" : String((hover.contents as { value: string }).value);
}

it("shows a lens that gains the history of the script, and hovers with it", async () => {
  const uri = await open();
  expect(await titlesOf(uri)).toEqual(["▷ Run", "⚙ Run with…"]);
  expect((await lensesOf(uri))[0]?.range.start.line).toBe(guardLine);
  expect(await hoverOn(uri, "--lr")).toBe("");

  const refreshed = new Promise<void>((resolve) => {
    server.client.onRequest("workspace/codeLens/refresh", () => resolve());
  });
  const script = `${server.workspace}/train.py`;
  const slow = await server.value("runs/launch", { script, arguments: ["--lr", "0.1"], name: "slow" });
  const fast = await server.value("runs/launch", { script, arguments: ["--lr", "0.5"], name: "fast" });
  await Promise.all([server.ended(slow.id), server.ended(fast.id), refreshed]);
  await server.value("models/register", { runId: fast.id, path: "model.json", model: "tiny" });
  await server.value("models/promote", { model: "tiny", version: 1, alias: "champion", reason: "best" });

  expect(await titlesOf(uri)).toEqual([
    "▷ Run",
    "⚙ Run with…",
    "2 runs, best loss 0.0625 (fast)",
    "champion tiny v1",
  ]);
  expect((await lensesOf(uri))[0]?.command?.arguments).toEqual([script]);
  expect(await hoverOn(uri, "--lr")).toMatch(/\*\*lr\*\* · 2 runs[\s\S]*\*\*fast\*\*[\s\S]*slow/);
  expect(await hoverOn(uri, "loss {loss")).toMatch(/\*\*loss\*\* · 2 runs/);
});

it("reads the arguments of a script as the window shows it, unsaved", async () => {
  const plain = await open();
  // Editors escape more of an address than they have to.
  const uri = plain.replace("train.py", "tr%61in.py");
  await server.client.sendNotification("textDocument/didClose", { textDocument: { uri: plain } });
  await server.client.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "python", version: 1, text: trainer },
  });
  const path = `${server.workspace}/train.py`;
  expect((await server.value("script/arguments", { path })).map(({ name }) => name)).toEqual(["lr"]);
  await server.client.sendNotification("textDocument/didChange", {
    textDocument: { uri, version: 2 },
    contentChanges: [
      {
        range: { start: { line: 5, character: 0 }, end: { line: 5, character: 0 } },
        text: 'parser.add_argument("--seed", type=int)\n',
      },
    ],
  });
  expect((await server.value("script/arguments", { path })).map(({ name }) => name)).toEqual(["lr", "seed"]);
});

it("offers to run nothing where the workspace is not trusted, and nothing at all where it is switched off", async () => {
  const uri = await open({ trusted: false });
  expect(await titlesOf(uri)).toEqual([]);
  await server.configure({ trusted: true });
  expect(await titlesOf(uri)).toEqual(["▷ Run", "⚙ Run with…"]);
  await server.configure({ settings: { codeLens: false } });
  expect(await titlesOf(uri)).toEqual([]);
});

it("has nothing to say of documents that are no files, and of broken ones", async () => {
  await open();
  for (const [uri, text] of [
    ["untitled:Untitled-1", trainer],
    [`file://${server.workspace}/broken.py`, "def (((\n\u0000"],
  ]) {
    await server.client.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "python", version: 1, text },
    });
    expect(await titlesOf(uri ?? "")).toEqual([]);
  }
  expect(await lensesOf("file:///never/opened.py")).toEqual([]);
});
