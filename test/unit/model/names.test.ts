import { describe, expect, it } from "vitest";
import { isAliasName, isModelName, isRunName } from "../../../src/model/names.ts";

describe("names", () => {
  it.each([
    ["champion", true],
    ["a", true],
    ["pre-prod_2", true],
    ["vision", true],
    ["v1x", true],
    ["", false],
    ["v1", false],
    ["V20", false],
    ["latest", false],
    ["Latest", false],
    ["2fast", false],
    ["-x", false],
    ["with space", false],
    ["a/b", false],
    ["näme", false],
    ["a\n", false],
    ["x".repeat(255), true],
    ["x".repeat(256), false],
  ])("alias %j: %s", (text, expected) => expect(isAliasName(text)).toBe(expected));

  it.each([
    ["digits", true],
    ["Größe 2 — klein", true],
    ["🦊", true],
    ["", false],
    [" x", false],
    ["a/b", false],
    ["a:b", false],
    ["a@b", false],
    ["a\nb", false],
    ["..", false],
    ["x".repeat(250), true],
    ["x".repeat(251), false],
  ])("model %j: %s", (text, expected) => expect(isModelName(text)).toBe(expected));

  it.each([
    ["brave-otter", true],
    ["lr/0.1: second try", true],
    ["a\tb", false],
    ["a\u2028b", false],
    ["", false],
  ])("run %j: %s", (text, expected) => expect(isRunName(text)).toBe(expected));
});
