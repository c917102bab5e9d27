import { describe, expect, test } from "vitest";
import type { Actor, AuditEntry, CreatedVersion, Model, RegistryEvent } from "../../../src/model/registry.ts";
import { foldLog, modelsOf, registryOf } from "../../../src/model/registryFold.ts";
import { isRegistryAlias, modelNameProblem, tagKeyProblem } from "../../../src/model/registryNames.ts";
import { signatureOf } from "../../../src/model/registrySignature.ts";

const actor: Actor = { name: "ana", email: null };
const made = (version: number, more: Partial<CreatedVersion> = {}): RegistryEvent => ({
  ...{ type: "version.created", model: "m", version, source: "s3://b/x", runId: null, loggedModel: null },
  ...{ storage: null, runLink: null, description: "", tags: {}, artifact: null, digest: null, bytes: null },
  ...{ signature: null, ...more },
});
const created: RegistryEvent = { type: "model.created", model: "m", description: "d", tags: { a: "1" } };
const set = (version: number, previous: number | null): RegistryEvent => ({
  ...{ type: "alias.set", model: "m", alias: "champion", version, previous, reason: "why" },
});

function folded(...events: readonly RegistryEvent[]) {
  const entries = events.map((event, at): AuditEntry => {
    return { sequence: at + 1, time: at + 1, actor, event, previousHash: "", hash: "" };
  });
  return foldLog(entries);
}

function only(...events: readonly RegistryEvent[]): Model | undefined {
  const { models, problem } = folded(...events);
  expect(problem).toBeNull();
  expect(modelsOf(registryOf(models))).toEqual(models);
  return models[0];
}

describe("events of MLflow's clients", () => {
  test("a version needs no run, and is what its client said", () => {
    const tagged = made(1, { tags: { k: "v" }, description: "first", runLink: "http://x" });
    expect(only(created, tagged)).toMatchObject({
      ...{ description: "d", tags: { a: "1" }, last: 1, updated: 2 },
      versions: [
        {
          ...{ runId: null, digest: null, description: "first", tags: { k: "v" }, stage: "None" },
          origin: { source: "s3://b/x", runLink: "http://x" },
        },
      ],
    });
  });

  test("a name changes for everything below it", () => {
    const renamed: RegistryEvent = { type: "model.renamed", model: "m", name: "n" };
    const model = only(created, made(1), set(1, null), renamed);
    expect(model).toMatchObject({
      name: "n",
      updated: 4,
      versions: [{ model: "n", updated: 4, aliases: ["champion"] }],
    });
  });

  test("tags come and go", () => {
    const tag = (value: string | null): RegistryEvent => ({
      type: "model.tagged",
      model: "m",
      tag: "b",
      value,
    });
    expect(only(created, tag("2"))?.tags).toEqual({ a: "1", b: "2" });
    expect(only(created, tag("2"), tag(null), tag(null))?.tags).toEqual({ a: "1" });
    const onVersion: RegistryEvent = { type: "version.tagged", model: "m", version: 1, tag: "x", value: "y" };
    expect(only(created, made(1), onVersion)?.versions[0]).toMatchObject({ tags: { x: "y" }, updated: 2 });
  });

  test("a number that was given is never given again", () => {
    const deleted: RegistryEvent = { type: "version.deleted", model: "m", version: 2 };
    const model = only(created, made(1), made(2), deleted);
    expect(model).toMatchObject({ last: 2, versions: [{ version: 1 }] });
    expect(folded(created, made(1), made(2), deleted, made(2)).problem?.text).toContain("does not follow");
    expect(only(created, made(1), made(2), deleted, made(3))?.versions.map(({ version }) => version)).toEqual(
      [3, 1],
    );
  });

  test("a name that was deleted is free, and counts from 1", () => {
    const deleted: RegistryEvent = { type: "model.deleted", model: "m" };
    expect(folded(created, made(1), deleted).models).toEqual([]);
    expect(only(created, made(1), deleted, created, made(1))).toMatchObject({ last: 1, created: 4 });
  });

  test("stages", () => {
    const staged: RegistryEvent = { type: "version.staged", model: "m", version: 1, stage: "Production" };
    expect(only(created, made(1), staged)?.versions[0]).toMatchObject({ stage: "Production", updated: 3 });
  });

  test.each<[RegistryEvent[], string]>([
    [[created, { type: "model.renamed", model: "x", name: "y" }], "there is no model x"],
    [
      [created, { ...created, model: "n" }, { type: "model.renamed", model: "m", name: "n" }],
      "exists already",
    ],
    [[created, { type: "version.described", model: "m", version: 1, description: "" }], "m has no version 1"],
    [
      [created, made(1), set(1, null), { type: "version.deleted", model: "m", version: 1 }],
      "alias champion is on",
    ],
  ])("one that does not fit is told: %#", (events, text) => {
    expect(folded(...events).problem?.text).toContain(text);
  });
});

test.each([
  ["champion", true],
  ["1st_best-ever", true],
  ["übung", true],
  ["v1x", true],
  ["a".repeat(255), true],
  ["a".repeat(256), false],
  ["latest", false],
  ["Latest", false],
  ["V12", false],
  ["a b", false],
  ["a.b", false],
  ["", false],
])("alias %s: %s", (text, may) => {
  expect(isRegistryAlias(text)).toBe(may);
});

test.each([
  ["iris", null],
  ["at@name with ünïcode", null],
  ["a/b", "Names cannot contain"],
  ["a:b", "Names cannot contain"],
  [" ", "Missing value"],
  ["..", "would resolve to '..'"],
])("model name %s", (name, problem) => {
  if (problem === null) expect(modelNameProblem(name)).toBeNull();
  else expect(modelNameProblem(name)).toContain(problem);
});

test.each([
  ["mlflow.prompt/is prompt:1", null],
  ["k$", "Names may only contain"],
  ["../k", "would resolve to '../k'"],
  ["/k", "would resolve to '/k'"],
  ["a//b", "would resolve to 'a/b'"],
  ["a/../b", "would resolve to 'b'"],
])("tag key %s", (key, problem) => {
  if (problem === null) expect(tagKeyProblem(key)).toBeNull();
  else expect(tagKeyProblem(key)).toContain(problem);
});

test("a signature is made short enough to be read", () => {
  const inputs = JSON.stringify([
    { type: "double", name: "x", required: true },
    { type: "long", name: "n", required: false },
    { type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 4] } },
    { type: "array", name: "words", items: { type: "string" } },
    { type: "object", name: "o", properties: { a: { type: "map", values: { type: "string" } } } },
  ]);
  expect(
    signatureOf({ flavors: { sklearn: {}, python_function: {} }, signature: { inputs, outputs: null } }),
  ).toEqual({
    flavors: ["python_function", "sklearn"],
    inputs: [
      "x: double",
      "n: long (optional)",
      "tensor float32 (-1, 4)",
      "words: array of string",
      "o: {a: map of string}",
    ],
    outputs: [],
  });
  for (const hostile of [null, [], "x", { flavors: 1 }]) expect(signatureOf(hostile)).toBeNull();
  const odd = { flavors: { a: 1 }, signature: { inputs: "{", outputs: [1, null, { type: 5 }] } };
  expect(signatureOf(odd)).toEqual({ flavors: ["a"], inputs: [], outputs: ["1", "null", "any"] });
});
