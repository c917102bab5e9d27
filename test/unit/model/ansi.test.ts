import { expect, test } from "vitest";
import { ansiSpans, withoutAnsi } from "../../../src/model/ansi.ts";

const e = String.fromCharCode(27);
const bell = String.fromCharCode(7);

/** Spans as text: [style]text, only what is set. */
function shown(line: string): string {
  return ansiSpans(line)
    .map(({ text, style }) => {
      const set = Object.entries(style).filter(([, value]) => value !== null && value !== false);
      return `[${set.map(([key, value]) => (value === true ? key : `${key}=${value}`)).join(",")}]${text}`;
    })
    .join("");
}

test.each([
  ["plain", "[]plain"],
  ["", ""],
  [`${e}[31mred${e}[0m rest`, "[foreground=1]red[] rest"],
  [`${e}[1;92mbold bright${e}[22m not bold`, "[foreground=10,bold]bold bright[foreground=10] not bold"],
  [
    `${e}[38;5;9ma${e}[38;5;196mb${e}[38;5;244mc`,
    "[foreground=9]a[foreground=#ff0000]b[foreground=#808080]c",
  ],
  [`${e}[38;2;1;2;255mx${e}[39my`, "[foreground=#0102ff]x[]y"],
  [`${e}[48;2;300;0;0mx`, "[background=#ff0000]x"],
  [`${e}[7minverse${e}[27m`, "[inverse]inverse"],
  [`${e}[mreset by nothing`, "[]reset by nothing"],
  [`${e}[2J${e}[1;1Hcleared`, "[]cleared"],
  [`${e}]0;a title${bell}after`, "[]after"],
  [`${e}]8;;http://x${e}\\link${e}]8;;${e}\\`, "[]link"],
  [`${e}[38;5mcut`, "[foreground=0]cut"],
  [`${e}[999mno such`, "[]no such"],
  ["a\tb\u0000c\u0007d", "[]a\tbcd"],
  [`end ${e}[3`, "[]end [3"],
  [`<b>${e}[4m&amp;`, "[]<b>[underline]&amp;"],
])("%j", (line, expected) => {
  expect(shown(line)).toBe(expected);
});

test("the text alone has neither sequences nor control characters", () => {
  expect(withoutAnsi(`${e}[31mred${e}[0m\u0008 and ${e}(Bmore`)).toBe("red and more");
});

test("adjacent text of one style is one span", () => {
  expect(ansiSpans(`a${e}[2Kb${e}[1Gc`)).toHaveLength(1);
});
