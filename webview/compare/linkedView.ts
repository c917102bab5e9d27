/** How a person sees a comparison, as text of a link. What comes in by a link is a stranger's: every part is checked, and dropped if odd. */

import { type ComparePageState, compareTabs } from "../../src/protocol/comparePage.ts";
import { bandKinds } from "../shared/chartBands.ts";
import { freshState } from "./freshState.ts";

/** Longer texts are no view of ours. */
const longest = 30_000;
const mostEntries = 1_000;

/** What differs from a fresh page, without the runs themselves. */
export function viewText(state: ComparePageState): string {
  const { runIds: _runs, ...view } = state;
  const own = Object.entries(view).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(freshState[key as keyof ComparePageState]),
  );
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(own)));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The parts of a view that can be understood; none of a text that is no view. */
export function viewOf(text: string): Partial<ComparePageState> {
  return checkedView(parsed(text));
}

/** The parts of a stored view, or of a set of columns, that are as they should be. */
export function checkedView(found: unknown): Partial<ComparePageState> {
  if (!isRecord(found)) return {};
  const parts = Object.entries(checks).filter(([key, fits]) => Object.hasOwn(found, key) && fits(found[key]));
  return Object.fromEntries(parts.map(([key]) => [key, found[key]])) as Partial<ComparePageState>;
}

function parsed(text: string): unknown {
  if (text.length > longest || !/^[\w-]*$/.test(text)) return null;
  try {
    const characters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // A cut or changed link: the runs are shown as on a fresh page.
    return null;
  }
}

type Check = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const flag: Check = (value) => typeof value === "boolean";
const word: Check = (value) => typeof value === "string" && value.length <= 10_000;
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const share: Check = (value) => typeof value === "number" && value >= 0 && value <= 1;
const place: Check = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const oneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const maybe =
  (fits: Check): Check =>
  (value) =>
    value === null || fits(value);
const list =
  (fits: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length <= mostEntries && value.every(fits);
const record =
  (fits: Check): Check =>
  (value) =>
    isRecord(value) && Object.keys(value).length <= mostEntries && Object.values(value).every(fits);
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([key, fits]) => fits(value[key]));

const checks = {
  hidden: list(word),
  pinned: list(word),
  baseline: maybe(word),
  onlyDifferences: flag,
  columns: record(flag),
  columnOrder: list(word),
  directions: record(oneOf(["up", "down", "none"])),
  sort: list(shape({ column: word, descending: flag })),
  filter: word,
  groupBy: list(word),
  closedGroups: list(word),
  tab: oneOf(compareTabs),
  search: word,
  smoothing: share,
  smoothingKind: oneOf(["ema", "mean", "gaussian"]),
  axis: (value) => oneOf(["step", "relative", "wall"])(value) || shape({ metric: word })(value),
  logarithmic: flag,
  clip: flag,
  bands: oneOf(bandKinds),
  layout: shape({
    size: oneOf(["small", "medium", "large"]),
    pinned: list(word),
    order: list(word),
    full: maybe(word),
    zoom: record(shape({ x0: number, x1: number })),
  }),
  collapsed: list(word),
  split: share,
  scatter: shape({
    x: maybe(word),
    y: maybe(word),
    color: maybe(word),
    logX: maybe(flag),
    logY: maybe(flag),
  }),
  axes: maybe(list(word)),
  brushes: record((value) => list(share)(value) && (value as unknown[]).length === 2),
  target: maybe(word),
  differences: shape({ page: place, code: maybe(word), left: maybe(word), right: maybe(word) }),
} satisfies Readonly<Record<Exclude<keyof ComparePageState, "runIds">, Check>>;
