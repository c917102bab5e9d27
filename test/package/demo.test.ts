/** `npm start -- --headless-demo`: the main job through the packaged CLI, on the sample. */

import { expect, test } from "vitest";
import { demo } from "../editor/headlessDemo.ts";

test("three runs, their comparison, lineage, registration and promotion", async () => {
  const lines: string[] = [];
  await demo((line) => void lines.push(line), false);
  expect(lines.filter((line) => line.includes("$ runline")).length).toBe(10);
  expect(lines.at(-1)).toContain("Done");
}, 120_000);
