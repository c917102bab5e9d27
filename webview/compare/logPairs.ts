/** Two logs line by line, side by side. Lines that say the same but for their numbers stand opposite each other. Pure. */

import { ansiSpans } from "../../src/model/ansi.ts";
import { TerminalText } from "../../src/model/terminalText.ts";

export interface LogPair {
  /** Places of the lines, −1 where the other log has a line that this one has not. */
  readonly left: number;
  readonly right: number;
  readonly same: boolean;
}

/** Lines that come and go; with more of them the logs have too little in common, and stand line by line. */
const mostEdits = 600;

/** The lines of a log as a person reads them: progress bars in their last form, without colors. */
export function logLines(bytes: Uint8Array): readonly string[] {
  const terminal = new TerminalText(true);
  terminal.write(new TextDecoder().decode(bytes));
  const lines = terminal.rows.map((row) =>
    ansiSpans(row)
      .map(({ text }) => text)
      .join(""),
  );
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

export function logPairs(left: readonly string[], right: readonly string[]): readonly LogPair[] {
  const kinds = new Map<string, number>();
  const kindOf = (line: string) => {
    const masked = line.replace(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, "0");
    const kind = kinds.get(masked) ?? kinds.size;
    kinds.set(masked, kind);
    return kind;
  };
  const [one, other] = [left.map(kindOf), right.map(kindOf)];
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start++;
  let end = 0;
  const shorter = Math.min(one.length, other.length) - start;
  while (end < shorter && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  const [a, b] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  const middle = (edited(a, b) ?? opposite(a.length, b.length)).map(([x, y]) => [
    x < 0 ? -1 : x + start,
    y < 0 ? -1 : y + start,
  ]) as readonly Places[];
  const places: readonly Places[] = [
    ...Array.from({ length: start }, (_, at): Places => [at, at]),
    ...joined(middle),
    ...Array.from({ length: end }, (_, at): Places => [one.length - end + at, other.length - end + at]),
  ];
  return places.map(([x, y]) => ({ left: x, right: y, same: x >= 0 && y >= 0 && left[x] === right[y] }));
}

type Places = readonly [number, number];

function opposite(left: number, right: number): readonly Places[] {
  return Array.from(
    { length: Math.max(left, right) },
    (_, at): Places => [at < left ? at : -1, at < right ? at : -1],
  );
}

/** A line that went where another came stands opposite it. */
function joined(places: readonly Places[]): readonly Places[] {
  const made: Places[] = [];
  for (let at = 0; at < places.length; ) {
    const [lefts, rights]: [number[], number[]] = [[], []];
    for (let [x, y] = places[at] ?? [0, 0]; at < places.length && (x < 0 || y < 0); ) {
      (x < 0 ? rights : lefts).push(x < 0 ? y : x);
      [x, y] = places[++at] ?? [0, 0];
    }
    for (const [x, y] of opposite(lefts.length, rights.length)) made.push([lefts[x] ?? -1, rights[y] ?? -1]);
    const equal = places[at];
    if (equal !== undefined) made.push(equal);
    at++;
  }
  return made;
}

/** The shortest edit from one to the other after Myers; null where it is too long. */
function edited(a: readonly number[], b: readonly number[]): readonly Places[] | null {
  const most = Math.min(mostEdits, a.length + b.length);
  const furthest = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(furthest.slice());
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = diagonal + most + 1;
      const [down, along] = [furthest[at + 1] ?? 0, furthest[at - 1] ?? 0];
      let x = diagonal === -edits || (diagonal !== edits && along < down) ? down : along + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      furthest[at] = x;
      if (x >= a.length && x - diagonal >= b.length) return walkedBack(trace, a.length, b.length, most);
    }
  }
  return null;
}

function walkedBack(
  trace: readonly Int32Array[],
  left: number,
  right: number,
  most: number,
): readonly Places[] {
  const places: Places[] = [];
  let [x, y] = [left, right];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const furthest = trace[edits];
    const diagonal = x - y;
    const at = diagonal + most + 1;
    const [down, along] = [furthest?.[at + 1] ?? 0, furthest?.[at - 1] ?? 0];
    const before = diagonal === -edits || (diagonal !== edits && along < down) ? diagonal + 1 : diagonal - 1;
    const [fromX, fromY] = edits === 0 ? [0, 0] : startOf(furthest?.[before + most + 1] ?? 0, before);
    while (x > fromX && y > fromY) places.push([--x, --y]);
    if (edits > 0) places.push(x === fromX ? [-1, --y] : [--x, -1]);
  }
  return places.reverse();
}

const startOf = (x: number, diagonal: number): readonly [number, number] => [x, x - diagonal];
