/** From a key in the real editor to a drawn chart of 20 runs × 100 k points: the window, the extension host, the server, the store and the page. */

import * as fs from "node:fs";
import * as path from "node:path";
import { layoutOf } from "../../src/ops/layout.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import type { Workbench } from "../ui/workbench.ts";
import { atMost, type BenchRow, spread, told } from "./row.ts";
import { say } from "./say.ts";
import { storeRuns } from "./storedRuns.ts";
import { inEditor } from "./window.ts";

const runs = 20;
const points = 100_000;
const repeats = 7;
const key = "Control+Alt+9";
const patience = 60_000;

/** Milliseconds since the epoch, as the processes of one machine agree on. */
interface Moments {
  readonly pressed: number;
  /** The page's own document began. */
  readonly page: number;
  /** The last of the lines was drawn. */
  readonly drawn: number;
}

/** In every frame: counts lines of data as they are drawn (a stroke of many points), and tells when there is one for each run. */
const watchDrawing = `(() => {
  let points = 0, lines = 0, told = false;
  const now = () => performance.timeOrigin + performance.now();
  for (const target of [Path2D.prototype, CanvasRenderingContext2D.prototype]) {
    const lineTo = target.lineTo;
    target.lineTo = function (x, y) { points++; return lineTo.call(this, x, y); };
  }
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  CanvasRenderingContext2D.prototype.stroke = function (...given) {
    const result = stroke.apply(this, given);
    if (points > 100) lines++;
    points = 0;
    if (lines >= ${runs} && !told) {
      told = true;
      window.chartDrawn({ page: performance.timeOrigin, drawn: now() });
    }
    return result;
  };
})();`;

export async function bench(): Promise<readonly BenchRow[]> {
  const found = await inEditor(fill, async (windows) => {
    const window = await windows.open();
    const open = await chartOpener(window);
    const moments: Moments[] = [];
    for (let at = 0; at <= repeats; at++) {
      const now = await open();
      moments.push(now);
      say(`  ${Math.round(now.drawn - now.pressed)} ms`);
    }
    return moments;
  });
  if (found === null) return [];
  const [first, ...others] = found;
  const times = (of: (moments: Moments) => number) => spread(others.map(of));
  return [
    atMost(
      `command to drawn chart in the editor, ${runs} runs × ${points / 1000} k points`,
      400,
      times(({ pressed, drawn }) => drawn - pressed),
      "ms",
    ),
    told(
      "– until the editor begins the page",
      times(({ pressed, page }) => page - pressed),
      "ms",
    ),
    told(
      "– from there to the drawn chart",
      times(({ page, drawn }) => drawn - page),
      "ms",
    ),
    told(
      "– the first time in a new window",
      first === undefined ? Number.NaN : first.drawn - first.pressed,
      "ms",
    ),
  ];
}

async function fill(workspace: string, settings: string): Promise<void> {
  const script = path.join(workspace, "train.py");
  fs.writeFileSync(script, 'print("loss: 0.5")\n');
  const binding = { key: "ctrl+alt+9", command: "runline.showScriptRuns", args: script };
  fs.writeFileSync(path.join(settings, "keybindings.json"), JSON.stringify([binding]));
  const layout = layoutOf(workspace);
  const store = await openSqliteStore(layout.store);
  await storeRuns(store, { count: runs, metrics: ["loss"], steps: points, directory: layout.runs });
  await store.close();
}

/** What opens the comparison by a key, answers when what happened, and closes it again. */
async function chartOpener(workbench: Workbench): Promise<() => Promise<Moments>> {
  const { page } = workbench;
  let drawn: (found: Omit<Moments, "pressed">) => void = () => undefined;
  await page
    .context()
    .exposeBinding("chartDrawn", (_source, found: Omit<Moments, "pressed">) => drawn(found));
  await page.context().addInitScript(watchDrawing);
  await page.evaluate(
    "addEventListener('keydown', () => { window.keyPressed = performance.timeOrigin + performance.now(); }, true)",
  );
  await workbench.showContainer("Runline");
  await workbench.view("Runs").locator(".monaco-list-row").first().waitFor();
  return async () => {
    const found = new Promise<Omit<Moments, "pressed">>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("The comparison did not draw its chart.")), patience);
      drawn = (moments) => {
        clearTimeout(late);
        resolve(moments);
      };
    });
    await page.keyboard.press(key);
    const { page: began, drawn: ended } = await found;
    const pressed = Number(await page.evaluate("window.keyPressed"));
    await workbench.run("View: Close Editor");
    await workbench.tab("Compare").waitFor({ state: "detached" });
    return { pressed, page: began, drawn: ended };
  };
}
