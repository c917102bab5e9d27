/** How long the real editor says that activating took, over a few starts. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { packagePath, projectRoot } from "../editor/built.ts";
import { launchChromium, needChromium } from "../editor/chromium.ts";
import { needCodeServer } from "../editor/codeServer.ts";
import { startPackagedEditor } from "../editor/editor.ts";
import { Workbench } from "../ui/workbench.ts";
import { atMost, type BenchRow, median } from "./row.ts";

const starts = 3;
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Opens the editor once and reads the figure from its list of running extensions, in milliseconds. */
async function activationTime(
  codeServer: Parameters<typeof startPackagedEditor>[0]["codeServer"],
  chromium: string,
) {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-bench-")));
  const workspace = path.join(base, "workspace");
  fs.cpSync(path.join(projectRoot, "media", "sample"), workspace, { recursive: true });
  const home = path.join(base, "home");
  const editor = await startPackagedEditor({
    codeServer,
    workspace,
    home,
    vsix: packagePath,
    trust: "trusted",
  });
  const browser = await launchChromium(chromium);
  try {
    const workbench = new Workbench(await browser.newPage(), editor);
    await workbench.open();
    await workbench.showContainer("Runline");
    await workbench.run("Developer: Show Running Extensions");
    const row = workbench.page
      .locator(".runtime-extensions-editor .monaco-list-row")
      .filter({ hasText: "Runline" });
    const text = await row.filter({ hasText: /\d+\s*ms/ }).textContent();
    return Number(/(\d+)\s*ms/.exec(text ?? "")?.[1] ?? Number.NaN);
  } finally {
    await browser.close();
    await editor.stop();
    fs.rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function bench(): Promise<BenchRow[]> {
  const codeServer = await needCodeServer(say);
  const chromium = needChromium(say);
  for (const need of [codeServer, chromium])
    if ("missing" in need) say(`skipped: activation needs ${need.missing}`);
  if ("missing" in codeServer || "missing" in chromium) return [];
  const times: number[] = [];
  for (let start = 0; start < starts; start++)
    times.push(await activationTime(codeServer.ready, chromium.ready));
  return [atMost("activation of the extension host", 50, median(times), "ms")];
}
