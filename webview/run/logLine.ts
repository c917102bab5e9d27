/** One line of output → pieces with one look each: colours of the terminal, links to sources, matches of the search. Pure. */

import { type AnsiStyle, ansiSpans } from "../../src/model/ansi.ts";
import { type SourceLink, sourceLinks } from "./tracebacks.ts";

export interface LogPiece {
  readonly text: string;
  readonly style: AnsiStyle;
  readonly link: SourceLink | null;
  readonly marked: boolean;
}

/** Longer lines are shown up to here; the rest is only in the file. */
export const longestLine = 5000;

/** The pieces of a line. The search is plain text, whatever its case; empty marks nothing. */
export function logPieces(line: string, search: string): readonly LogPiece[] {
  const spans = ansiSpans(line.length > longestLine * 2 ? line.slice(0, longestLine * 2) : line);
  const text = spans
    .map((span) => span.text)
    .join("")
    .slice(0, longestLine);
  const links = sourceLinks(text);
  const marks = matches(text, search);
  const pieces: LogPiece[] = [];
  let start = 0;
  for (const span of spans) {
    const end = Math.min(text.length, start + span.text.length);
    for (const [from, to] of cuts(start, end, links, marks))
      pieces.push({
        text: text.slice(from, to),
        style: span.style,
        link: links.find((link) => link.from <= from && to <= link.to) ?? null,
        marked: marks.some((mark) => mark.from <= from && to <= mark.to),
      });
    start = end;
  }
  return pieces;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

function matches(text: string, search: string): readonly Stretch[] {
  if (search === "") return [];
  const found: Stretch[] = [];
  const [lowText, lowSearch] = [text.toLowerCase(), search.toLowerCase()];
  for (
    let at = lowText.indexOf(lowSearch);
    at >= 0 && found.length < 200;
    at = lowText.indexOf(lowSearch, at + lowSearch.length)
  )
    found.push({ from: at, to: at + search.length });
  return found;
}

function cuts(
  start: number,
  end: number,
  ...stretches: readonly (readonly Stretch[])[]
): readonly [number, number][] {
  const borders = new Set([start, end]);
  for (const { from, to } of stretches.flat())
    for (const border of [from, to]) if (border > start && border < end) borders.add(border);
  const sorted = [...borders].sort((a, b) => a - b);
  return sorted.slice(1).map((to, index) => [sorted[index] ?? start, to]);
}
