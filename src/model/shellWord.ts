/** Words as a POSIX shell reads them back. For lines that a person copies; nothing here is ever executed by us. */

/** One word, quoted only where it must be. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./•-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Words as one line. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
