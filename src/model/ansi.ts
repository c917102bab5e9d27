/** Terminal colours in a line of output → styled spans of plain text. Everything else that a terminal would obey is dropped. */

/** A theme colour by its number (0–7 normal, 8–15 bright), or an exact one as `#rrggbb`. */
export type AnsiColor = number | `#${string}`;

export interface AnsiStyle {
  readonly foreground: AnsiColor | null;
  readonly background: AnsiColor | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
}

export interface AnsiSpan {
  readonly text: string;
  readonly style: AnsiStyle;
}

const plainStyle: AnsiStyle = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
};

// CSI sequences, OSC strings (titles, links) up to BEL or ST, and short escapes. Built from code points, so that no control
// character stands in a source file.
const escapeCode = String.fromCharCode(27);
const bell = String.fromCharCode(7);
const sequence = new RegExp(
  `${escapeCode}(?:\\[([0-9:;<=>?]*)[ -/]*([@-~])|\\][^${bell}${escapeCode}]*(?:${bell}|${escapeCode}\\\\)?|[PX^_][^${escapeCode}]*(?:${escapeCode}\\\\)?|[ -/]*[0-Z\\\\^-~])`,
  "g",
);
const controls = new RegExp(
  `[${String.fromCharCode(0)}-${String.fromCharCode(8)}${String.fromCharCode(11)}-${String.fromCharCode(31)}${String.fromCharCode(127)}]`,
  "g",
);

/** The text alone, as searched and copied. */
export function withoutAnsi(line: string): string {
  return line.replace(sequence, "").replace(controls, "");
}

/** One line as spans. Adjacent text of one style is one span; an empty line has none. */
export function ansiSpans(line: string, start: AnsiStyle = plainStyle): readonly AnsiSpan[] {
  const spans: AnsiSpan[] = [];
  let style = start;
  let from = 0;
  const push = (text: string) => {
    const clean = text.replace(controls, "");
    const last = spans.at(-1);
    if (clean === "") return;
    if (last !== undefined && last.style === style)
      spans[spans.length - 1] = { text: last.text + clean, style };
    else spans.push({ text: clean, style });
  };
  for (const match of line.matchAll(sequence)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") style = styled(style, match[1] ?? "");
  }
  push(line.slice(from));
  return spans;
}

function styled(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  let next = style;
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const extended = extendedColor(codes, index + 1);
      index += extended.used;
      if (extended.color !== null)
        next = { ...next, [code === 38 ? "foreground" : "background"]: extended.color };
    } else next = simple(next, code);
  }
  return next;
}

const switches: Readonly<Record<number, Partial<AnsiStyle>>> = {
  0: plainStyle,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { foreground: null },
  49: { background: null },
};

function simple(style: AnsiStyle, code: number): AnsiStyle {
  const change = switches[code];
  if (change !== undefined) return code === 0 ? plainStyle : { ...style, ...change };
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 82 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  return style;
}

const cubeLevels = [0, 95, 135, 175, 215, 255];
const hex = (channel: number) =>
  Math.min(255, Math.max(0, Math.trunc(channel)))
    .toString(16)
    .padStart(2, "0");
const rgb = (red: number, green: number, blue: number): AnsiColor => `#${hex(red)}${hex(green)}${hex(blue)}`;

/** `5;n` (256 colours) or `2;r;g;b` after a 38 or 48. */
function extendedColor(codes: readonly number[], at: number): { color: AnsiColor | null; used: number } {
  if (codes[at] === 2)
    return { color: rgb(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), used: 4 };
  if (codes[at] !== 5) return { color: null, used: 1 };
  const index = codes[at + 1] ?? 0;
  if (!(index >= 0 && index <= 255)) return { color: null, used: 2 };
  if (index < 16) return { color: index, used: 2 };
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return { color: rgb(grey, grey, grey), used: 2 };
  }
  const level = (step: number) => cubeLevels[Math.trunc((index - 16) / step) % 6] ?? 0;
  return { color: rgb(level(36), level(6), level(1)), used: 2 };
}
