import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectRoot } from "../editor/built.ts";
import { launchChromium, needChromium } from "../editor/chromium.ts";
import { needCodeServer } from "../editor/codeServer.ts";
import { type Editor, startDevelopmentEditor } from "../editor/editor.ts";
import type { Level, Outcome } from "./level.ts";
import { runProgram } from "./runProgram.ts";

interface HostReport {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly title: string; readonly cause: string }[];
}

const timeout = 300_000;

/** Opens the window, which starts the tests, and waits until they have written their report. */
async function reportFrom(editor: Editor, chromium: string, report: string): Promise<HostReport> {
  const written = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no report within ${timeout / 1000} s`)), timeout);
    const watcher = fs.watch(path.dirname(report), () => {
      if (!fs.existsSync(report)) return;
      clearTimeout(timer);
      watcher.close();
      resolve();
    });
  });
  const browser = await launchChromium(chromium);
  try {
    const page = await browser.newPage();
    await page.goto(editor.url);
    await written;
  } finally {
    await browser.close();
  }
  return JSON.parse(fs.readFileSync(report, "utf8")) as HostReport;
}

/** The tests inside a real extension host: mocha, bundled and loaded as the extension's tests module. */
export const hostLevel: Level = {
  name: "host",
  async run({ say, filters }): Promise<Outcome> {
    const codeServer = await needCodeServer(say);
    if ("missing" in codeServer) return { passed: 0, failed: 0, missing: codeServer.missing };
    const chromium = needChromium(say);
    if ("missing" in chromium) return { passed: 0, failed: 0, missing: chromium.missing };
    if ((await runProgram("test/host/bundle.mjs", [])) !== 0) return { passed: 0, failed: 1 };
    const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-host-")));
    const report = path.join(base, "report", "host.json");
    for (const folder of ["workspace", "report"]) fs.mkdirSync(path.join(base, folder));
    fs.writeFileSync(path.join(base, "workspace", "train.py"), 'print("loss: 0.5")\n');
    const editor = await startDevelopmentEditor({
      codeServer: codeServer.ready,
      workspace: path.join(base, "workspace"),
      home: path.join(base, "home"),
      extension: projectRoot,
      tests: path.join(projectRoot, "dist", "test", "host", "index.cjs"),
      env: { RUNLINE_HOST_REPORT: report, RUNLINE_HOST_FILTER: filters.join("|") },
    });
    try {
      const { passed, failed } = await reportFrom(editor, chromium.ready, report);
      for (const title of passed) say(`  ✓ ${title}`);
      for (const { title, cause } of failed) say(`  ✗ ${title}\n${cause.replace(/^/gm, "      ")}`);
      if (failed.length > 0) say(editor.log().slice(-4000));
      const causes = failed.map(({ title, cause }) => `host › ${title}\n${cause}`);
      return { passed: passed.length, failed: failed.length, causes };
    } catch (error) {
      const cause = String(error instanceof Error ? error.message : error);
      say(`  ✗ ${cause}\n${editor.log().slice(-6000)}`);
      return { passed: 0, failed: 1, causes: [`host › ${cause}`] };
    } finally {
      await editor.stop();
      fs.rmSync(base, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};
