import fc from "fast-check";
import { expect, test } from "vitest";
import { type Frame, frameReader, mostAnswerBytes } from "../../../../src/compute/ssh/frames.ts";

const nonce = "RL0123456789abcdef";
const answer = (id: number, code: number, out: Buffer, err: Buffer) =>
  Buffer.concat([Buffer.from(`\n${nonce} ${id} ${code} ${out.length} ${err.length}\n`), out, err]);

/** Everything that the pieces say, whatever noise is around. */
function read(pieces: readonly Buffer[]): Frame[] {
  const reader = frameReader(nonce);
  return pieces.flatMap((piece) => [...reader.push(piece)]);
}

test("answers are the same however the bytes are cut, and whatever is printed between them", () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  const noise = fc.constantFrom("", "Welcome!\n", "no newline", "\n\n", `\n${nonce.slice(0, 9)} `, "\n\0\n");
  const answers = fc.array(fc.tuple(fc.nat(255), bytes, bytes, noise), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(answers, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (wanted, cuts) => {
      const parts = wanted.map(([code, out, err, before], id) => [
        Buffer.from(before),
        answer(id, code, out, err),
      ]);
      let rest = Buffer.concat([Buffer.from(`motd\n${nonce} READY\n`), ...parts.flat()]);
      const pieces: Buffer[] = [];
      for (const cut of cuts) {
        pieces.push(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      const [ready, ...frames] = read([...pieces, rest]);
      expect(ready).toEqual({ kind: "ready" });
      expect(frames).toEqual(
        wanted.map(([code, out, err], id) => ({
          kind: "answer",
          id,
          code,
          out: Buffer.from(out),
          err: Buffer.from(err),
        })),
      );
    }),
  );
});

test("output that somebody takes as it comes is the same bytes, in order, and not in the answer", () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  const answers = fc.array(fc.tuple(bytes, bytes, fc.boolean()), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(answers, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (wanted, cuts) => {
      const taken = wanted.map((): Buffer[] => []);
      const reader = frameReader(nonce, (id) =>
        wanted[id]?.[2] ? (piece) => taken[id]?.push(Buffer.from(piece)) : null,
      );
      let rest = Buffer.concat(wanted.map(([out, err], id) => answer(id, 0, out, err)));
      const frames: Frame[] = [];
      for (const cut of [...cuts, rest.length]) {
        frames.push(...reader.push(rest.subarray(0, cut)));
        rest = rest.subarray(cut);
      }
      expect(frames).toEqual(
        wanted.map(([out, err, isTaken], id) => ({
          ...{ kind: "answer", id, code: 0, err },
          out: isTaken ? Buffer.alloc(0) : out,
        })),
      );
      for (const [id, [out, , isTaken]] of wanted.entries())
        expect(Buffer.concat(taken[id] ?? [])).toEqual(isTaken ? out : Buffer.alloc(0));
    }),
  );
});

test("a host that lies about sizes is not believed", () => {
  expect(() => read([Buffer.from(`\n${nonce} 1 0 ${mostAnswerBytes + 1} 0\n`)])).toThrow(RangeError);
  expect(read([Buffer.from(`\n${nonce} 1 0 -1 0\n\n${nonce} x y\n\n${nonce} 1 0 9e99 0\n`)])).toEqual([]);
  expect(read([Buffer.from(`\n${nonce}${"a".repeat(100_000)}`), Buffer.from(`\n${nonce} READY\n`)])).toEqual([
    { kind: "ready" },
  ]);
});
