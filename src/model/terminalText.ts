/**
 * Raw output → the lines a person would see. Progress bars rewrite their line with `\r` (and nested ones move up with an escape
 * sequence); collapsed, such a line is shown once, in its last form. Uncollapsed, every rewrite is a line of its own.
 */

// Up moves further than this are full-screen programs, not progress bars.
const furthestUp = 60;
const escapeCode = String.fromCharCode(27);
const token = new RegExp(`\\r\\n|\\n|\\r|${escapeCode}\\[(\\d*)A|${escapeCode}\\[[0-2]?[JK]`, "g");

/** Grows by `write`; `rows` always holds what is visible now. The last row is the unfinished line. */
export class TerminalText {
  readonly rows: string[] = [""];
  private readonly collapsed: boolean;
  private row = 0;
  /** A `\r` came: the next text replaces the row. The row stays as it is until then. */
  private rewriting = false;

  constructor(collapsed: boolean) {
    this.collapsed = collapsed;
  }

  write(text: string): void {
    let from = 0;
    for (const match of text.matchAll(token)) {
      this.put(text.slice(from, match.index));
      from = match.index + match[0].length;
      this.obey(match[0], match[1]);
    }
    this.put(text.slice(from));
  }

  private put(text: string): void {
    if (text === "") return;
    const before = this.rewriting ? "" : (this.rows[this.row] ?? "");
    this.rows[this.row] = before + text;
    this.rewriting = false;
  }

  private obey(control: string, count: string | undefined): void {
    if (control.endsWith("\n")) this.down();
    else if (control === "\r") this.back();
    else if (control.endsWith("A")) this.up(count === undefined || count === "" ? 1 : Number(count));
    else if (this.rewriting) this.erase();
  }

  private down(): void {
    this.row++;
    this.rewriting = this.row < this.rows.length;
    if (!this.rewriting) this.rows.push("");
  }

  private back(): void {
    if (this.collapsed) this.rewriting = true;
    else if (this.rows[this.row] !== "") this.down();
  }

  private up(count: number): void {
    if (!this.collapsed) return;
    this.row = Math.max(0, this.row - Math.min(count, furthestUp));
    this.rewriting = true;
  }

  private erase(): void {
    this.rows[this.row] = "";
  }
}

/** All lines of a finished text; the empty rest after a final line break is not a line. */
export function terminalLines(text: string, collapsed: boolean): readonly string[] {
  const terminal = new TerminalText(collapsed);
  terminal.write(text);
  if (terminal.rows.at(-1) === "") terminal.rows.pop();
  return terminal.rows;
}
