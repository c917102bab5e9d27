import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt, packagePath } from "./built.ts";
import { needCodeServer } from "./codeServer.ts";
import { needDesktop, openDesktop } from "./desktop.ts";
import { startPackagedEditor } from "./editor.ts";
import { demo } from "./headlessDemo.ts";
import { copySample } from "./sampleCopy.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

const noEditor = `Runline can't open an editor here. What works without one:
  npm start -- --headless-demo     the whole job through the command line
  code --install-extension ${path.relative(process.cwd(), packagePath)}     in a VS Code of your own`;

/** Waits for the end that a person asks for. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

/** VS Code in the browser, in the foreground until Ctrl+C; with `check` only until it answers. */
async function openInBrowser(folder: string, home: string, port: number, check: boolean): Promise<boolean> {
  const codeServer = await needCodeServer(say);
  if ("missing" in codeServer) {
    say(`VS Code in the browser needs ${codeServer.missing}.`);
    return false;
  }
  say("Starting VS Code in the browser …");
  const stopped = interrupted();
  const editor = await startPackagedEditor({
    codeServer: codeServer.ready,
    workspace: folder,
    home,
    port,
    vsix: packagePath,
    trust: "trusted",
  });
  try {
    const answer = await fetch(editor.url);
    if (!answer.ok) throw new Error(`${editor.url} answered ${answer.status}. Its log:\n${editor.log()}`);
    say(`\nRunline is ready. Open this address in a browser:\n\n  ${editor.url}\n`);
    if (check) return true;
    say("Open train.py and press ▷ at the top right, or above its last lines. Ctrl+C here ends the editor.");
    await stopped;
    say("\nEnding the editor …");
  } finally {
    await editor.stop();
  }
  return true;
}

async function openOnDesktop(folder: string, home: string): Promise<boolean> {
  const desktop = await needDesktop(say);
  if ("missing" in desktop) {
    say(`No desktop editor here: it needs ${desktop.missing}.`);
    return false;
  }
  say("Opening VS Code. Open train.py and press ▷ at the top right, or above its last lines.");
  await openDesktop(desktop.ready, packagePath, folder, home);
  return true;
}

/** The sample workspace in a real editor with the packaged extension: on the desktop, else in the browser. */
async function openEditor(port: number, check: boolean): Promise<void> {
  const folder = copySample();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "runline-editor-"));
  say(`The sample workspace: ${folder}`);
  try {
    const opened =
      (!check && (await openOnDesktop(folder, home))) || (await openInBrowser(folder, home, port, check));
    if (!opened) {
      say(noEditor);
      process.exitCode = 1;
    }
  } finally {
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    if (check) fs.rmSync(path.dirname(folder), { recursive: true, force: true });
    else say(`Your copy of the sample, with its runs, stays in ${folder}`);
  }
}

interface Wish {
  readonly headless: boolean;
  readonly check: boolean;
  readonly port: number;
}

const usage = "Usage: npm start [-- --headless-demo | --check | --port <number>]";

/** Null when they can't be understood, which has been said then. */
function wishOf(args: readonly string[]): Wish | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "headless-demo": { type: "boolean", default: false },
        check: { type: "boolean", default: false },
        port: { type: "string", default: "0" },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${values.port} is no port.`);
    const check = values.check || process.env.RUNLINE_START_CHECK === "1";
    return { headless: values["headless-demo"], check, port };
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n${usage}`);
    return null;
  }
}

/** Builds where something changed, then opens the editor or runs the demo without one. */
export async function start(args: readonly string[]): Promise<void> {
  const wish = wishOf(args);
  if (wish === null) {
    process.exitCode = 2;
    return;
  }
  const failed = await ensureBuilt(say);
  if (failed !== undefined) {
    say(failed);
    process.exitCode = 1;
    return;
  }
  if (wish.headless) await demo(say, true);
  else await openEditor(wish.port, wish.check);
}
