/** Lines of a file of any size, in bounded memory. */

import { StringDecoder } from "node:string_decoder";
import { openPlain } from "./plainFiles.ts";

export interface FoundLine {
  /** From 1. */
  readonly number: number;
  /** Null for a line that is longer than a line may be: it was passed over. */
  readonly text: string | null;
  /** False for a last one without its end, which may be torn. */
  readonly whole: boolean;
}

const blockBytes = 256 * 1024;

/** Lines without their ends. Nothing where there is no plain file. */
export async function* linesOf(file: string, longest = 64 * 1024): AsyncGenerator<FoundLine> {
  const opened = await openPlain(file);
  if (opened === null) return;
  try {
    const decoder = new StringDecoder("utf8");
    const block = Buffer.alloc(blockBytes);
    let rest = "";
    let tooLong = false;
    let number = 0;
    for (;;) {
      const { bytesRead } = await opened.read(block, 0, blockBytes, null);
      if (bytesRead === 0) break;
      const parts = (rest + decoder.write(block.subarray(0, bytesRead))).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        number += 1;
        const text = part.endsWith("\r") ? part.slice(0, -1) : part;
        yield { number, text: tooLong || text.length > longest ? null : text, whole: true };
        tooLong = false;
      }
      if (rest.length > longest) {
        tooLong = true;
        rest = "";
      }
    }
    if (rest !== "" && !tooLong) yield { number: number + 1, text: rest, whole: false };
  } finally {
    await opened.close();
  }
}
