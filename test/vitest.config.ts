/** The levels that need no editor: rules, parts and faults. */

import * as path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: path.dirname(import.meta.dirname),
  test: {
    include: ["test/{unit,faults,peers,package}/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
    // vitest's own second is nothing on a busy machine; what is there sooner costs nothing.
    expect: { poll: { timeout: 20_000 } },
  },
});
