/** How long activating takes, as the real editor tells in its report of start-up times. */

import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../editor/built.ts";
import type { Workbench } from "../ui/workbench.ts";
import { atMost, type BenchRow, spread, told } from "./row.ts";
import { say } from "./say.ts";
import { inEditor } from "./window.ts";

const activations = 7;

/** Milliseconds for reading and evaluating the bundle, and for `activate()` itself. */
interface Activation {
  readonly load: number;
  readonly call: number;
}

/** A new window and with it a new extension host for each; the first one, in which the editor itself is cold, counts too. */
export async function bench(): Promise<readonly BenchRow[]> {
  const fill = (workspace: string) =>
    fs.cpSync(path.join(projectRoot, "media", "sample"), workspace, { recursive: true });
  const found = await inEditor(fill, async (windows) => {
    const times: Activation[] = [];
    for (let at = 0; at < activations; at++) {
      const window = await windows.open();
      try {
        times.push(await activationIn(window));
        say(`  ${times.at(-1)?.load} ms to load, ${times.at(-1)?.call} ms to activate`);
      } catch (error) {
        // Now and then the report of a window stays without its extensions.
        say(`  ${String(error)}`);
      }
      await window.page.context().close();
    }
    if (times.length < activations / 2) throw new Error("Most windows did not tell how long Runline took.");
    return times;
  });
  if (found === null) return [];
  return [
    atMost("activation of the extension host", 50, spread(found.map(({ load, call }) => load + call)), "ms"),
    told("– loading its code", spread(found.map(({ load }) => load)), "ms"),
    told("– the call of activate()", spread(found.map(({ call }) => call)), "ms"),
  ];
}

async function activationIn(workbench: Workbench): Promise<Activation> {
  await workbench.showContainer("Runline");
  // The command answers only after the extension is active.
  await workbench.run("Runline: Show log of Runline");
  await workbench.page.locator(".part.panel .output-view").waitFor();
  await workbench.run("Developer: Startup Performance");
  await workbench.tab("Startup Performance").waitFor();
  const report = await startUpReport(workbench);
  const [, , , load, call] = report.split("|").map((cell) => cell.trim());
  return { load: Number(load), call: Number(call) };
}

/** The report's line on Runline. The editor fills its report in steps and nothing tells when it is whole, so it is read until it is. */
async function startUpReport({ page }: Workbench): Promise<string> {
  // The report is far longer than what the window draws of it.
  const text = page.locator(".editor-instance .view-line").filter({ hasText: "System Info" }).first();
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    await text.click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.press("ControlOrMeta+C");
    const report = await page.evaluate<string>("navigator.clipboard.readText()");
    const line = report.split("\n").find((each) => /\| runline\.runline .*\d/.test(each));
    if (line !== undefined) return line;
    await page.keyboard.press("ControlOrMeta+Home");
  }
  throw new Error("The editor's start-up report does not name Runline.");
}
