/** The tree after edits is the tree of the text, whatever was there before. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { editBetween } from "../../../src/lens/edit.ts";
import { loadGrammar } from "../../../src/lens/grammar.ts";
import { testGrammar } from "./grammar.ts";

const pieces = [
  "x = 1\n",
  "def f(a):\n    return a\n",
  '"😀"',
  "(",
  ")",
  "\r\n",
  "  ",
  "é",
  '"""',
  "if a:\n    b()\n",
  "# c\n",
];

test("edited text reads like text that is read for the first time", async () => {
  const edited = await testGrammar();
  const part = fc.array(fc.constantFrom(...pieces), { maxLength: 30 });
  const change = fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom(...pieces));
  const fresh = await testGrammar();
  fc.assert(
    fc.property(part, fc.array(change, { maxLength: 8 }), (start, changes) => {
      let text = start.join("");
      for (const [at, removed, added] of changes) {
        const place = at % (text.length + 1);
        text = text.slice(0, place) + added + text.slice(place + removed);
        const tree = edited.read(text, (root) => root.toString());
        fresh.read("\0".repeat(text.length * 3), () => null);
        expect(tree).toBe(fresh.read(text, (root) => root.toString()));
      }
    }),
    { numRuns: 150 },
  );
});

test("an edit is the smallest stretch, in UTF-16 units", () => {
  expect(editBetween("a = 1\nb = 22\n", "a = 1\nb = 232\n")).toMatchObject({
    startIndex: 11,
    oldEndIndex: 11,
    newEndIndex: 12,
    startPosition: { row: 1, column: 5 },
    newEndPosition: { row: 1, column: 6 },
  });
  expect(editBetween("aaaa", "aaa")).toMatchObject({ startIndex: 3, oldEndIndex: 4, newEndIndex: 3 });
  expect(editBetween("short", "something else entirely")).toBeNull();
});

test("a grammar that is not there is a rejection with the cause", async () => {
  const missing = { runtime: "/nowhere/a.wasm", python: "/nowhere/b.wasm" };
  await expect(loadGrammar(missing)).rejects.toThrow("/nowhere/b.wasm");
});
