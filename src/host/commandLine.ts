/** A command line as people type it → an argument array. Nothing here reaches a shell: quotes group words, and that is all. */

/** Words of a line; the inverse of `shellLine`. Single quotes keep everything, double quotes know `\"` and `\\`, a backslash outside keeps the next mark. */
export function splitCommandLine(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < line.length; at++) {
    const mark = line[at] ?? "";
    const next = line[at + 1] ?? "";
    if (quote === null && /\s/.test(mark)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (quote === null && (mark === '"' || mark === "'")) {
      quote = mark;
      word ??= "";
    } else if (mark === quote) {
      quote = null;
    } else if (mark === "\\" && escapes(quote, next)) {
      word = (word ?? "") + next;
      at++;
    } else {
      word = (word ?? "") + mark;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

function escapes(quote: string | null, next: string): boolean {
  if (quote === "'") return false;
  return quote === '"' ? next === '"' || next === "\\" : /[\s"'\\]/.test(next);
}
