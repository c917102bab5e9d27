import { describe, expect, it } from "vitest";
import { fitted, plain, table, width } from "../../../../src/api/cli/text.ts";

describe("text for a terminal", () => {
  it.each([
    ["data/a b.csv", "data/a b.csv"],
    ["a\nb", "a\\nb"],
    ["a\tb", "a\\tb"],
    ["\u001b[2J", "\\x1b[2J"],
    ["\u009b31m", "\\x9b31m"],
    ["a\u202eb", "a\\u202eb"],
    ["größe 🦊", "größe 🦊"],
  ])("plain %j", (text, expected) => expect(plain(text)).toBe(expected));

  it.each([
    ["abc", 3],
    ["模型", 4],
    ["🦊", 2],
    ["e\u0301", 1],
    ["\u001b[31mred\u001b[0m", 3],
  ])("width of %j", (text, expected) => expect(width(text)).toBe(expected));

  it("cuts with an ellipsis and never inside a character", () => {
    expect(fitted("abcdef", 4)).toBe("abc…");
    expect(fitted("模型模型", 5)).toBe("模型…");
    expect(fitted("abc", 3)).toBe("abc");
  });

  it("lines columns up", () => {
    const lines = table(
      [{ title: "name" }, { title: "n", align: "right" }],
      [
        ["a", "10"],
        ["模型", "5"],
      ],
    );
    expect(lines).toEqual(["name   n", "a     10", "模型   5"]);
  });
});
