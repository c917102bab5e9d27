import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { chainProblem, chainStart, sealed } from "../../../src/model/auditChain.ts";
import { canonicalJson } from "../../../src/model/canonicalJson.ts";
import type { AuditEntry, RegistryEvent } from "../../../src/model/registry.ts";
import { foldLog, modelsOf, registryOf } from "../../../src/model/registryFold.ts";

const actor = { name: "ana", email: null };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function log(...events: readonly RegistryEvent[]): readonly AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (const [at, event] of events.entries()) {
    const previousHash = entries.at(-1)?.hash ?? chainStart;
    entries.push(sealed({ sequence: at + 1, time: at, actor, event, previousHash }, sha256));
  }
  return entries;
}

const created: RegistryEvent = { type: "model.created", model: "m" };
const version = (number: number): RegistryEvent => ({
  ...{ type: "version.registered", model: "m", version: number },
  ...{ runId: "r", artifact: "a", digest: "d", bytes: 1 },
});
const set = (number: number, previous: number | null): RegistryEvent => ({
  ...{ type: "alias.set", model: "m", alias: "champion", version: number, previous, reason: "why" },
});
const removed = (previous: number): RegistryEvent => ({
  type: "alias.removed",
  model: "m",
  alias: "champion",
  previous,
  reason: "why",
});

describe("canonical JSON", () => {
  test.each([
    [{ b: 1, a: [1, "x", null, true] }, '{"a":[1,"x",null,true],"b":1}'],
    [
      { "€": 1, "\r": 2, "1": 3, "😀": 4, ö: 5, "\ufb33": 6 },
      '{"\\r":2,"1":3,"ö":5,"€":1,"😀":4,"\ufb33":6}',
    ],
    [[1e30, 4.5, 0.002, 1e-27, -0], "[1e+30,4.5,0.002,1e-27,0]"],
    [{ gone: undefined, kept: 1 }, '{"kept":1}'],
    ["\u20ac$\u000f\nA'\"\\", '"€$\\u000f\\nA\'\\"\\\\"'],
    [Number.NaN, "null"],
    [undefined, "null"],
  ])("%#", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });
});

test("the hash is that of the canonical JSON, as anybody can compute it", () => {
  const [first] = log(created);
  const text = `{"actor":{"email":null,"name":"ana"},"event":{"model":"m","type":"model.created"},"previousHash":"${chainStart}","sequence":1,"time":0}`;
  expect(first?.hash).toBe(sha256(text));
});

test("a chain fits link by link", () => {
  const entries = log(created, version(1), set(1, null));
  for (const [at, entry] of entries.entries())
    expect(chainProblem(entries[at - 1] ?? null, entry, sha256)).toBeNull();
});

describe("a fold", () => {
  test("of a life of a model", () => {
    const { models, problem } = foldLog(
      log(created, version(1), set(1, null), version(2), set(2, 1), removed(2), set(1, null)),
    );
    expect(problem).toBeNull();
    expect(models).toMatchObject([
      {
        name: "m",
        versions: [
          { version: 2, aliases: [] },
          { version: 1, aliases: ["champion"] },
        ],
        aliases: [{ version: 1, previous: null }],
      },
    ]);
    expect(modelsOf(registryOf(models))).toEqual(models);
  });

  test.each([
    [[created, created], 2, "exists already"],
    [[version(1)], 1, "there is no model m"],
    [[created, version(2)], 2, "version 2 does not follow version 0"],
    [[created, set(1, null)], 2, "m has no version 1"],
    [[created, version(1), set(1, 1)], 3, "alias champion was at nothing, not at version 1"],
    [[created, version(1), set(1, null), set(1, null)], 4, "was at version 1, not at nothing"],
    [[created, version(1), removed(1)], 3, "was at nothing"],
    [[created, { type: "future", model: "m" } as unknown as RegistryEvent], 2, 'unknown event "future"'],
  ])("stops at an event that does not fit: %#", (events, sequence, text) => {
    expect(foldLog(log(...events)).problem).toMatchObject({
      sequence,
      text: expect.stringContaining(text) as string,
    });
  });
});
