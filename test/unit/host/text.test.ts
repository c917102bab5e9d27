import { expect, test } from "vitest";
import { auditText } from "../../../src/host/auditText.ts";
import { splitCommandLine } from "../../../src/host/commandLine.ts";
import { diagnosticsText } from "../../../src/host/diagnosticsText.ts";
import { logText } from "../../../src/host/logText.ts";
import { escapeMarkdown, markdownTable, shorten } from "../../../src/host/markdown.ts";
import { readSettings } from "../../../src/host/settings.ts";
import { tagEdit, tagsFromText, tagsToText } from "../../../src/host/tagsText.ts";
import { shellScript, windowsScript } from "../../../src/host/terminalScript.ts";
import { plain } from "../../../src/host/translate.ts";
import { shellLine } from "../../../src/model/shellWord.ts";

test.each<[string, string[]]>([
  ["", []],
  ["  python  train.py ", ["python", "train.py"]],
  [`a 'b c' "d e"f`, ["a", "b c", "d ef"]],
  [`--name "say \\"hi\\"" ''`, ["--name", 'say "hi"', ""]],
  ["C:\\data\\x.csv a\\ b", ["C:\\data\\x.csv", "a b"]],
  ["'a$HOME;rm -rf *'", ["a$HOME;rm -rf *"]],
  ["'not closed", ["not closed"]],
])("words of %j", (line, expected) => {
  expect(splitCommandLine(line)).toEqual(expected);
});

test.each([[["a b", "it's", "", "–x", "ü/👍", '"', "a=b"]]])(
  "a line of words splits into them again",
  (words) => {
    expect(splitCommandLine(shellLine(words))).toEqual(words);
  },
);

test("text from outside is no Markdown", () => {
  const text = "**a** [x](command:evil) <b> `c` $(zap) |\nhttp://x";
  const escaped = escapeMarkdown(text);
  expect(escaped).not.toMatch(/(?<!\\)[*[\]`|]|<b>|\n|http:/);
  expect(markdownTable([["k", escaped]]).split("\n")).toHaveLength(3);
});

test("shortening counts characters, not halves of them", () => {
  expect(shorten("👍👍👍👍", 3)).toBe("👍👍…");
  expect(shorten("abc", 3)).toBe("abc");
});

test.each<[string, Record<string, string>]>([
  ["", {}],
  ["baseline, dataset=v2", { baseline: "", dataset: "v2" }],
  [" , a = b=c ,a=d", { a: "d" }],
])("tags of %j", (text, tags) => {
  expect(tagsFromText(text)).toEqual(tags);
  expect(tagsFromText(tagsToText(tags))).toEqual(tags);
});

test("a tag that is gone is removed", () => {
  expect(tagEdit({ a: "1", b: "" }, { b: "2", c: "" })).toEqual({ a: null, b: "2", c: "" });
});

test("a log shows progress bars once, colors not at all, and says what it leaves out", () => {
  const bytes = new TextEncoder().encode("torn line\nepoch 1\r50%\r100%\n\u001b[32mdone\u001b[0m\n");
  expect(logText(bytes, 0, "/x/output.log", plain)).toBe("torn line\n100%\ndone\n");
  expect(logText(bytes, 2_048, "/x/output.log", plain)).toBe(
    "… 2 KB before this are left out; they are in /x/output.log\n\n100%\ndone\n",
  );
});

test("the audit log in words, newest first; a reason of several lines is one", () => {
  const base = {
    actor: { name: "Ana", email: "ana@example.org" },
    previousHash: "0".repeat(64),
    hash: "f".repeat(64),
  };
  const text = auditText(
    [
      { ...base, sequence: 1, time: 0, event: { type: "model.created", model: "digits" } },
      {
        ...base,
        sequence: 2,
        time: 60_000,
        event: {
          type: "alias.set",
          model: "digits",
          alias: "champion",
          version: 5,
          previous: 4,
          reason: "better\n   3  1970",
        },
      },
    ],
    plain,
  );
  expect(text).toBe(
    [
      "Audit log: 2 entries, newest first. Each hash covers the entry and the hash before it.",
      "",
      "   2  1970-01-01T00:01:00.000Z  Ana <ana@example.org>",
      "      champion of digits was moved from v4 to v5.",
      "      Reason: better    3  1970",
      `      sha256 ${"f".repeat(64)}`,
      "",
      "   1  1970-01-01T00:00:00.000Z  Ana <ana@example.org>",
      "      digits was created.",
      `      sha256 ${"f".repeat(64)}`,
      "",
    ].join("\n"),
  );
});

test("diagnostics name no home folder", () => {
  const around = {
    runline: "0.1.0",
    editor: "VS Code 1.139",
    system: "linux",
    remote: null,
    trusted: true,
    home: "/home/ana",
  };
  const status = {
    location: "/home/ana/p/.runline/runline.db",
    directory: "/home/ana/p/.runline",
    runs: 3,
    bytes: 4_096,
    python: "/home/ana/.venv/bin/python",
    failure: null,
    versions: { sqlite: "3.54.1" },
  };
  const text = diagnosticsText(around, status, readSettings(() => undefined).values);
  expect(text).not.toContain("ana");
  expect(text).toContain("Store: ~/p/.runline/runline.db, 3 runs");
});

test("the scripts of the terminal command survive odd paths", () => {
  expect(shellScript("/a b/it's", "/c")).toContain(`exec '/a b/it'"'"'s' '/c' "$@"`);
  expect(windowsScript("C:\\100%\\node.exe", "C:\\cli.cjs")).toContain(
    '"C:\\100%%\\node.exe" "C:\\cli.cjs" %*',
  );
});
