/** The level in a real browser: one file after the other, each with an editor of its own. */

import * as path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: path.dirname(path.dirname(import.meta.dirname)),
  test: {
    include: ["test/ui/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    passWithNoTests: true,
    // A busy machine is slow to draw; what is waited for is still waited for, not slept over.
    expect: { poll: { timeout: 30_000 } },
    globalSetup: ["test/ui/ready.ts"],
  },
});
