import { needChromium } from "../editor/chromium.ts";
import { needCodeServer } from "../editor/codeServer.ts";
import type { Level } from "./level.ts";
import { vitestLevel } from "./vitestLevel.ts";

/** The tests in a real browser on the packaged extension. */
export const uiLevel: Level = {
  name: "ui",
  async run(context) {
    for (const need of [await needCodeServer(context.say), needChromium(context.say)])
      if ("missing" in need) return { passed: 0, failed: 0, missing: need.missing };
    return vitestLevel("ui", "test/ui/vitest.config.ts").run(context);
  },
};
