/**
 * The part of a log that is loaded: a window of bytes that grows at both ends and forgets at the far one, so that a log of any size can be
 * read in bounded memory. Pure: bytes go in, rows come out.
 */

import { TerminalText } from "../../src/model/terminalText.ts";

/** Asked for at once, and kept at most. */
export const sliceBytes = 256 * 1024;
export const windowBytes = 4 * 1024 * 1024;

interface Slice {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const lineBreak = 10;

export class LogWindow {
  /** Size of the whole log as last heard. */
  size = 0;
  private slices: Slice[] = [];
  private shown: { readonly collapsed: boolean; readonly rows: readonly string[] } | null = null;

  /** Offset of the first loaded byte. */
  get start(): number {
    return this.slices[0]?.offset ?? 0;
  }

  /** Offset after the last loaded byte. */
  get end(): number {
    const last = this.slices.at(-1);
    return last === undefined ? 0 : last.offset + last.bytes.length;
  }

  get empty(): boolean {
    return this.slices.length === 0;
  }

  /** Row numbers are line numbers only where nothing before the first row is missing. */
  get fromTheStart(): boolean {
    return this.start === 0;
  }

  /** Throws everything away and begins at a slice. A slice from the middle begins after its first line break. */
  reset(offset: number, bytes: Uint8Array, size: number): void {
    this.size = size;
    this.slices = bytes.length === 0 ? [] : [aligned(offset, bytes)];
    this.shown = null;
  }

  /** Adds bytes at the end; bytes that do not join are ignored. Answers how many lines were forgotten at the start. */
  append(offset: number, bytes: Uint8Array, size: number): number {
    this.size = size;
    if (bytes.length === 0 || (!this.empty && offset !== this.end)) return 0;
    this.slices.push(this.empty ? aligned(offset, bytes) : { offset, bytes });
    this.shown = null;
    let forgotten = 0;
    while (this.loaded() > windowBytes && this.slices.length > 1) forgotten += this.dropFirst();
    return forgotten;
  }

  /** Adds bytes before the first; bytes that do not join are ignored. Answers how many lines came in. */
  prepend(offset: number, bytes: Uint8Array): number {
    if (this.empty || offset + bytes.length !== this.start || bytes.length === 0) return 0;
    const first = aligned(offset, bytes);
    this.slices.unshift(first);
    while (this.loaded() > windowBytes && this.slices.length > 1) this.slices.pop();
    this.shown = null;
    return lineBreaks(first.bytes);
  }

  /** The visible lines of the window. A slice that ends inside a character or a line is joined with the next. */
  rows(collapsed: boolean): readonly string[] {
    if (this.shown?.collapsed === collapsed) return this.shown.rows;
    const decoder = new TextDecoder();
    const terminal = new TerminalText(collapsed);
    for (const slice of this.slices) terminal.write(decoder.decode(slice.bytes, { stream: true }));
    terminal.write(decoder.decode());
    if (terminal.rows.length > 1 && terminal.rows.at(-1) === "") terminal.rows.pop();
    const rows = this.empty ? [] : terminal.rows;
    this.shown = { collapsed, rows };
    return rows;
  }

  private loaded(): number {
    return this.slices.reduce((sum, slice) => sum + slice.bytes.length, 0);
  }

  /** Forgets the first slice; what follows begins after its first line break. */
  private dropFirst(): number {
    const [first, second, ...rest] = this.slices;
    if (first === undefined || second === undefined) return 0;
    const begin = aligned(second.offset, second.bytes);
    this.slices = [begin, ...rest];
    return lineBreaks(first.bytes) + lineBreaks(second.bytes) - lineBreaks(begin.bytes);
  }
}

function lineBreaks(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(lineBreak); at >= 0; at = bytes.indexOf(lineBreak, at + 1)) count++;
  return count;
}

function aligned(offset: number, bytes: Uint8Array): Slice {
  const at = offset === 0 ? -1 : bytes.indexOf(lineBreak);
  // One line longer than a slice stays as it is: better a torn line than none.
  if (at < 0 || at === bytes.length - 1) return { offset, bytes };
  return { offset: offset + at + 1, bytes: bytes.subarray(at + 1) };
}

/** Bytes of base64 text. */
export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
