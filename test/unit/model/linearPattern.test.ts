import { describe, expect, test } from "vitest";
import { linearPattern } from "../../../src/model/linearPattern.ts";

function isIn(pattern: string, text: string): boolean {
  const read = linearPattern(pattern);
  if (!read.ok) throw new Error(read.error);
  return read.pattern.isIn(text);
}

const patterns = [
  ...[
    "",
    "a+b",
    "^ab?c$",
    "(foo|bar)+x",
    "[a-c0-9_]{2,3}$",
    "\\bcat\\b",
    "a|",
    "(?:ab){2}",
    "[^x]y",
    "x{0}y",
  ],
  ...[
    "\\d+\\.\\d*",
    "(a*)*b",
    "^$",
    "a.c",
    "[a\\]]x",
    "a{1,}b",
    "\\Bat",
    "a+?b",
    "(a|b|)c",
    "[\\w.]+@",
    "\\S\\s\\S",
  ],
];
const texts = [
  ...["", "ab", "abc", "aab", "foobarx", "barfoo", "a1_", "cat", "concat", "the cat sat", "abab", "xy", "zy"],
  ...["3.14", "aaaaaaab", "y", "a\nc", "a-c", "]", "]x", "bc", "c", "a.b@c", "π = 3"],
];

test.each(patterns)("%s finds what JavaScript finds", (pattern) => {
  const found = texts.filter((text) => isIn(pattern, text));
  expect(found).toEqual(texts.filter((text) => new RegExp(pattern).test(text)));
});

test("letters of both cases, and brackets that begin with one", () => {
  expect(isIn("(?i)he[k-m]+O$", "say HELLo")).toBe(true);
  expect(isIn("he[k-m]+O$", "say HELLo")).toBe(false);
  expect(isIn("[]a]", "]")).toBe(true);
});

describe("what can't be had in time that grows with the text alone", () => {
  test.each([
    "(",
    "a)",
    "[a",
    "*a",
    "(?=a)",
    "(a)\\1",
    "a{3000}",
    "((a{40}){40}){40}",
    "a**",
    "\\",
    "\\p",
    "[b-a]",
  ])("%s is refused", (pattern) => {
    expect(linearPattern(pattern)).toMatchObject({ ok: false });
  });

  test("what makes others try for years is answered", () => {
    expect(isIn("(a+)+$", `${"a".repeat(90_000)}b`)).toBe(false);
    expect(isIn("(x+x+)+y", "x".repeat(90_000))).toBe(false);
  });
});
