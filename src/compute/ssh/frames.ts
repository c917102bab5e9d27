/** Telling the answers of the loop from noise, however the bytes are cut. */

export type Frame =
  | { readonly kind: "ready" }
  | { readonly kind: "noPlace" }
  | {
      readonly kind: "answer";
      readonly id: number;
      readonly code: number;
      readonly out: Buffer;
      readonly err: Buffer;
    };

export type Taker = (bytes: Buffer) => void;

export interface FrameReader {
  /** The frames that these bytes complete. Throws RangeError when what is said to come is more than any answer may be. */
  push(bytes: Uint8Array): readonly Frame[];
}

/** A host may lie: an answer is not collected without bounds. */
export const mostAnswerBytes = 256 * 1024 * 1024;
/** Noise without a line break is forgotten but for what may be the beginning of a header. */
const longestHeader = 200;

/**
 * Reads the stream of one connection. What comes before or between frames is skipped. `takerOf` names who gets the output of an answer as
 * it comes: that one's frame has none.
 */
export function frameReader(nonce: string, takerOf: (id: number) => Taker | null = () => null): FrameReader {
  const mark = Buffer.from(`\n${nonce} `);
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = 0;
  let header: { readonly id: number; readonly code: number; readonly out: number } | null = null;
  let taker: Taker | null = null;
  /** Output of the present answer that its taker still gets. */
  let left = 0;
  let noise: Buffer = Buffer.alloc(0);

  function nextHeader(): Frame | null {
    const at = noise.indexOf(mark);
    if (at < 0) {
      noise = noise.subarray(Math.max(0, noise.length - longestHeader));
      return null;
    }
    const end = noise.indexOf(10, at + mark.length);
    if (end < 0) {
      noise = noise.subarray(at);
      if (noise.length > longestHeader) noise = noise.subarray(mark.length);
      return null;
    }
    const words = noise
      .subarray(at + mark.length, end)
      .toString("latin1")
      .trim()
      .split(" ");
    const rest = noise.subarray(end + 1);
    noise = rest;
    if (words[0] === "READY") return { kind: "ready" };
    if (words[0] === "NOPLACE") return { kind: "noPlace" };
    const [id = -1, code = -1, out = -1, err = -1] = words.map(Number);
    if (words.length !== 4 || ![id, code, out, err].every((n) => Number.isSafeInteger(n) && n >= 0))
      return nextHeader();
    if (out + err > mostAnswerBytes) throw new RangeError(`an answer of ${out + err} bytes`);
    taker = takerOf(id);
    left = taker === null ? 0 : out;
    header = { id, code, out: out - left };
    wanted = out + err - left;
    chunks = [];
    held = 0;
    noise = Buffer.alloc(0);
    keep(rest);
    return null;
  }

  function keep(piece: Buffer): void {
    const taken = Math.min(left, piece.length);
    left -= taken;
    if (taken > 0) taker?.(piece.subarray(0, taken));
    if (taken === piece.length) return;
    chunks.push(piece.subarray(taken));
    held += piece.length - taken;
  }

  function nextFrame(): Frame | null {
    if (header === null) {
      const found = nextHeader();
      if (found !== null || header === null) return found;
    }
    if (left > 0 || held < wanted) return null;
    const { id, code, out } = header;
    const all = chunks.length === 1 ? (chunks[0] ?? noise) : Buffer.concat(chunks);
    noise = all.subarray(wanted);
    header = null;
    chunks = [];
    return { kind: "answer", id, code, out: all.subarray(0, out), err: all.subarray(out, wanted) };
  }

  return {
    push(bytes) {
      const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (header === null) noise = noise.length === 0 ? piece : Buffer.concat([noise, piece]);
      else keep(piece);
      const frames: Frame[] = [];
      for (let frame = nextFrame(); frame !== null; frame = nextFrame()) frames.push(frame);
      return frames;
    },
  };
}
