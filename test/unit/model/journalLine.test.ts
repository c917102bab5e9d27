import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JournalRecord } from "../../../src/model/journal.ts";
import { parseJournalLine } from "../../../src/model/journalLine.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const file = {
  time: 5,
  path: "data/a b.csv",
  type: "file",
  files: 1,
  bytes: 3,
  digest,
  how: "audit",
} as const;

const records: readonly JournalRecord[] = [
  { kind: "attempt", time: 1_700_000_000_000, attempt: 1 },
  { kind: "parameter", time: 1, key: "lr", value: "0.1", source: "argparse" },
  { kind: "metric", time: 1.5, step: 0.5, values: { loss: 2.3, "a b\n😀": -1e-300 }, source: "stdout" },
  { kind: "system", time: 2, values: { cpu_percent: 12.5 } },
  { kind: "tag", time: 2, key: "team", value: "" },
  { kind: "read", ...file },
  {
    kind: "write",
    ...file,
    digest: null,
    reason: "too large",
    changed: true,
    type: "folder",
    files: 100_000,
  },
  {
    kind: "environment",
    time: 3,
    interpreter: "/p",
    version: "3.11",
    platform: "linux",
    packages: { numpy: "2" },
    gpus: ["A100"],
  },
  { kind: "artifact", time: 4, path: "models/m.json", origin: "/tmp/m.json", bytes: 0, digest },
  { kind: "notice", time: 5, code: "captureFailed", text: "why" },
];

test.each(records.map((record) => [record.kind, record] as const))("a %s is read", (_, record) => {
  expect(parseJournalLine(JSON.stringify(record))).toEqual({ ok: true, record });
  expect(parseJournalLine(JSON.stringify({ ...record, later: { more: 1 } }))).toEqual({ ok: true, record });
});

test("values that are no numbers are texts", () => {
  const line =
    '{"kind":"metric","time":1,"step":2,"values":{"a":"NaN","b":"Infinity","c":"-Infinity"},"source":"stdout"}';
  expect(parseJournalLine(line)).toMatchObject({
    record: { values: { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NEGATIVE_INFINITY } },
  });
});

test("a metric named __proto__ is a metric", () => {
  const parsed = parseJournalLine(
    '{"kind":"metric","time":1,"step":2,"values":{"__proto__":7},"source":"stdout"}',
  );
  expect(parsed.ok && parsed.record.kind === "metric" && Object.entries(parsed.record.values)).toEqual([
    ["__proto__", 7],
  ]);
});

const metric = { kind: "metric", time: 1, step: 1, values: { a: 1 }, source: "stdout" };
const artifact = { kind: "artifact", time: 4, path: "m", origin: "m", bytes: 0, digest };
const long = "x".repeat(1001);
const bad: readonly (readonly [unknown, string])[] = [
  [[], "not a JSON object"],
  [7, "not a JSON object"],
  [null, "not a JSON object"],
  [{}, "unknown kind nothing"],
  [{ kind: "future", time: 1 }, 'unknown kind "future"'],
  [{ kind: "constructor", time: 1 }, 'unknown kind "constructor"'],
  [{ ...metric, time: "1" }, "time must be a number within bounds"],
  [{ ...metric, time: -1 }, "time must be"],
  [{ ...metric, time: 1e300 }, "time must be"],
  [{ ...metric, step: null }, "step must be"],
  [{ ...metric, step: "NaN" }, "step must be"],
  [{ ...metric, values: [1] }, "values must be an object"],
  [{ ...metric, values: { a: null } }, 'values must be numbers, "a" is not'],
  [{ ...metric, values: { a: "1" } }, "values must be numbers"],
  [{ ...metric, values: { "": 1 } }, "values must have names"],
  [{ ...metric, values: { [long]: 1 } }, "values must have names"],
  [
    { ...metric, values: Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [at, 1])) },
    "at most 10000 members",
  ],
  [{ ...metric, source: "elsewhere" }, "source has an unknown value"],
  [
    { kind: "parameter", time: 1, key: long, value: "", source: "argv" },
    "key must be a text of 1 to 1000 characters",
  ],
  [{ kind: "parameter", time: 1, key: "a", value: 1, source: "argv" }, "value must be a text"],
  [{ kind: "tag", time: 1, key: "", value: "" }, "key must be"],
  [{ kind: "read", ...file, digest: "sha256:xyz" }, "digest must be"],
  [{ kind: "read", ...file, digest: undefined }, "digest must be"],
  [{ kind: "read", ...file, path: "a\0b" }, "path must not hold a NUL"],
  [{ kind: "read", ...file, bytes: 1.5 }, "bytes must be a whole number"],
  [{ kind: "read", ...file, files: -1 }, "files must be"],
  [{ kind: "read", ...file, type: "socket" }, "type has an unknown value"],
  [{ kind: "read", ...file, changed: 1 }, "changed must be true or false"],
  [{ ...artifact, path: "../m" }, "path must stay inside its folder"],
  [{ ...artifact, path: "a/../../m" }, "path must stay inside"],
  [{ ...artifact, path: "/etc/passwd" }, "path must stay inside"],
  [{ ...artifact, path: "C:\\m" }, "path must stay inside"],
  [{ ...artifact, path: "a\\..\\m" }, "path must stay inside"],
  [{ ...artifact, digest: null }, "digest must be"],
  [{ kind: "attempt", time: 1, attempt: 0 }, "attempt must be"],
  [
    {
      kind: "environment",
      time: 1,
      interpreter: "",
      version: "",
      platform: "",
      packages: { a: 1 },
      gpus: [],
    },
    "packages must be texts",
  ],
  [
    { kind: "environment", time: 1, interpreter: "", version: "", platform: "", packages: {}, gpus: "A100" },
    "gpus must be a list",
  ],
];

describe("what is wrong is named", () => {
  test.each(bad.map(([line, problem]) => [problem, line] as const))("%s", (problem, line) => {
    const parsed = parseJournalLine(JSON.stringify(line));
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(problem) as string });
  });

  test.each(["", " ", "{", '{"kind":"metric"', "\0\0", '{"kind":"metric","time":NaN}', "\ufeff{}"])(
    "%j",
    (text) => {
      expect(parseJournalLine(text)).toEqual({ ok: false, problem: "not a JSON object" });
    },
  );
});

test("never throws, whatever comes", () => {
  const mutated = fc
    .constantFrom(...records)
    .chain((record) =>
      fc
        .tuple(fc.constantFrom(...Object.keys(record)), fc.jsonValue())
        .map(([key, value]) => JSON.stringify({ ...record, [key]: value })),
    );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), mutated), (text) => {
      expect(typeof parseJournalLine(text).ok).toBe("boolean");
    }),
    { numRuns: 2000 },
  );
});
