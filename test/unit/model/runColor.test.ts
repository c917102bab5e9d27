import { expect, test } from "vitest";
import { colorOfRun, looksOfRuns, runColors } from "../../../src/model/runColor.ts";
import { contrast, parseColor } from "../../../webview/shared/contrast.ts";

const backgrounds = {
  dark: ["#1f1f1f", "#1e1e1e", "#181818", "#282c34", "#002b36"],
  light: ["#ffffff", "#f8f8f8", "#fdf6e3"],
  highContrast: ["#000000"],
  highContrastLight: ["#ffffff"],
} as const;

test.each(["dark", "light", "highContrast", "highContrastLight"] as const)(
  "twelve readable colours: %s",
  (kind) => {
    const least = kind.startsWith("highContrast") ? 4.5 : 3;
    expect(runColors).toHaveLength(12);
    for (const color of runColors)
      for (const background of backgrounds[kind]) {
        const [one, other] = [parseColor(color[kind]), parseColor(background)];
        if (one === null || other === null) throw new Error(`${color.id} is no colour`);
        expect.soft(contrast(one, other), `${color.name} on ${background}`).toBeGreaterThanOrEqual(least);
      }
  },
);

const ids = Array.from(
  { length: 100 },
  (_, index) => `0199f${index.toString(16).padStart(3, "0")}7abc8000000000000000000`,
);

test("a run alone has its own colour, the same every time", () => {
  for (const id of ids) {
    expect(looksOfRuns([id]).get(id)?.color).toBe(colorOfRun(id));
    expect(colorOfRun(id)).toBeGreaterThanOrEqual(0);
    expect(colorOfRun(id)).toBeLessThan(12);
  }
});

test("up to twelve runs have twelve colours, whatever the order they are given in", () => {
  const twelve = ids.slice(0, 12);
  const looks = looksOfRuns(twelve);
  expect(new Set([...looks.values()].map((look) => look.color)).size).toBe(12);
  expect(looksOfRuns(twelve.toReversed())).toEqual(looks);
});

test("a newer run takes no colour from an older one", () => {
  const before = looksOfRuns(ids.slice(0, 6));
  const after = looksOfRuns(ids.slice(0, 7));
  for (const [id, look] of before) expect(after.get(id)).toEqual(look);
});

test("where colours come again, dash or marker differ", () => {
  const looks = [...looksOfRuns(ids.slice(0, 48)).values()].map((look) => JSON.stringify(look));
  expect(new Set(looks).size).toBe(48);
});
