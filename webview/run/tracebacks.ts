/** Places in source files that a line of output names. Pure. */

export interface SourceLink {
  /** Where the link stands in the line. */
  readonly from: number;
  readonly to: number;
  readonly path: string;
  readonly line: number;
}

// Python's tracebacks, then `path.py:12` as pytest, linters and warnings print it.
const traceback = /File "([^"\n]{1,1000})", line (\d{1,9})/g;
const colon = /(?<![\w./\\-])((?:[A-Za-z]:)?[\w./\\+@~-]{1,300}\.pyw?):(\d{1,9})\b/g;

/** The links of one line, in order, without overlaps. Pseudo files such as `<stdin>` are none. */
export function sourceLinks(text: string): readonly SourceLink[] {
  const expression = text.includes('File "') ? traceback : /\.pyw?:\d/.test(text) ? colon : null;
  if (expression === null) return [];
  return [...text.matchAll(expression)]
    .map((match) => ({
      from: match.index,
      to: match.index + match[0].length,
      path: match[1] ?? "",
      line: Number(match[2]),
    }))
    .filter((link) => !link.path.startsWith("<"));
}
