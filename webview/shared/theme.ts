/** The editor's theme as canvases need it: real colours and fonts, read from the page, and a call when they change. */

import { runColors } from "../../src/model/runColor.ts";
import { colorText, parseColor, type Rgb, withContrast } from "./contrast.ts";

export type ThemeKind = "dark" | "light" | "highContrast" | "highContrastLight";

export interface Theme {
  readonly kind: ThemeKind;
  readonly background: string;
  readonly foreground: string;
  readonly quiet: string;
  readonly grid: string;
  readonly font: string;
  /** One per run colour, readable on the editor's background. */
  readonly runs: readonly Rgb[];
}

function themeKind(): ThemeKind {
  const classes = document.body.classList;
  if (classes.contains("vscode-high-contrast-light")) return "highContrastLight";
  if (classes.contains("vscode-high-contrast")) return "highContrast";
  return classes.contains("vscode-light") ? "light" : "dark";
}

const paper: { readonly [K in ThemeKind]: Rgb } = {
  dark: { red: 31, green: 31, blue: 31 },
  light: { red: 255, green: 255, blue: 255 },
  highContrast: { red: 0, green: 0, blue: 0 },
  highContrastLight: { red: 255, green: 255, blue: 255 },
};

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string) => style.getPropertyValue(`--vscode-${name}`).trim();
  const kind = themeKind();
  const strong = kind === "highContrast" || kind === "highContrastLight";
  const background = parseColor(variable("editor-background")) ?? paper[kind];
  const foreground = parseColor(variable("foreground")) ?? withContrast(background, background, 7);
  return {
    kind,
    background: colorText(background),
    foreground: colorText(foreground),
    quiet: variable("descriptionForeground") || colorText(foreground, 0.7),
    grid: colorText(foreground, strong ? 0.3 : 0.1),
    font: variable("editor-font-family") || "monospace",
    runs: runColors.map((color) => {
      const chosen = parseColor(variable(color.id.replace(".", "-"))) ?? parseColor(color[kind]);
      return withContrast(chosen ?? foreground, background, strong ? 4.5 : 3);
    }),
  };
}

let known: Theme | undefined;
let watching = false;
const listeners = new Set<() => void>();

/** The present theme; read once until it changes. The run colours become `--run-1` … `--run-12` for the page's styles. */
export function theme(): Theme {
  if (known === undefined) {
    if (!watching) watchTheme();
    watching = true;
    known = readTheme();
    known.runs.forEach((color, index) => {
      document.body.style.setProperty(`--run-${index + 1}`, colorText(color));
    });
  }
  return known;
}

/** Calls back after each change of theme until the answered function is called. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** From the first look at the theme on, whoever listens: a page without charts has colored marks too. */
function watchTheme(): void {
  const watch = { attributes: true, attributeFilter: ["class", "style"] };
  observer.observe(document.body, watch);
  observer.observe(document.documentElement, watch);
}

const observer = new MutationObserver(() => {
  // Only a real change counts: reading the theme writes to the body's style as well.
  const fresh = readTheme();
  if (JSON.stringify(fresh) === JSON.stringify(known)) return;
  known = undefined;
  theme();
  for (const listener of listeners) listener();
});
