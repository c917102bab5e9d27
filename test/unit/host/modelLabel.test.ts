import { expect, test } from "vitest";
import { modelDescription, versionDescription, versionTooltip } from "../../../src/host/modelLabel.ts";
import { plain } from "../../../src/host/translate.ts";
import type { Alias, Model, ModelVersion } from "../../../src/model/registry.ts";
import { makeRun, metric } from "./makeRun.ts";

const actor = { name: "Ana", email: null };
const version = (number: number, aliases: readonly string[] = []): ModelVersion => ({
  model: "digits",
  version: number,
  runId: `run${number}`,
  artifact: "models/model.json",
  digest: "sha256:00",
  bytes: 1_024,
  created: 0,
  actor,
  aliases,
  updated: 0,
  description: "",
  tags: {},
  stage: "None",
  origin: null,
});
const alias = (name: string, number: number): Alias => ({
  alias: name,
  version: number,
  since: 0,
  actor,
  reason: "better",
  previous: null,
});
const model = (aliases: readonly Alias[]): Model => ({
  name: "digits",
  created: 0,
  updated: 0,
  description: "",
  tags: {},
  last: 2,
  versions: [version(1), version(2)],
  aliases,
});

test("a model shows its aliases, champion first, else how many versions it has", () => {
  expect(
    modelDescription(model([alias("blue", 1), alias("challenger", 2), alias("champion", 1)]), plain),
  ).toBe("champion v1 · challenger v2 · blue v1");
  expect(modelDescription(model([]), plain)).toBe("2 versions");
});

test.each<[string, string, number, number, string]>([
  ["better accuracy", "val_acc", 0.951, 0.943, "val_acc 0.951 ▲0.008 · challenger"],
  ["worse accuracy", "val_acc", 0.9, 0.943, "val_acc 0.9 ▼0.043 · challenger"],
  ["less loss is better", "loss", 0.1, 0.2, "loss 0.1 ▲0.1 · challenger"],
  ["no difference", "loss", 0.1, 0.1, "loss 0.1 · challenger"],
  ["diverged", "loss", Number.NaN, 0.1, "loss NaN · challenger"],
])("a version against the champion: %s", (_name, key, value, against, expected) => {
  const runs = new Map([
    ["run2", makeRun({ keyMetric: key, metrics: { [key]: metric(value) } })],
    ["run1", makeRun({ keyMetric: key, metrics: { [key]: metric(against) } })],
  ]);
  expect(versionDescription(version(2, ["challenger"]), version(1, ["champion"]), runs)).toBe(expected);
});

test("a version whose run is gone still shows its aliases", () => {
  expect(versionDescription(version(2, ["champion"]), undefined, new Map())).toBe("champion");
});

test("the tooltip tells by whom and why, as plain text", () => {
  const promoted = { ...alias("champion", 2), reason: "**bold** claim", previous: 1 };
  const text = versionTooltip(model([promoted]), version(2), undefined, plain);
  expect(text).toContain("Ana, before it v1");
  expect(text).toContain("\\*\\*bold\\*\\* claim");
});

test("a version without a run says where it is, and what its client said of it", () => {
  const signature = { flavors: ["python_function", "sklearn"], inputs: ["x: double"], outputs: ["long"] };
  const origin = { source: "s3://bucket/iris", loggedModel: "m-1", storage: null, runLink: null, signature };
  const none = { runId: null, artifact: null, digest: null, bytes: null };
  const imported: ModelVersion = { ...version(3), ...none, origin, stage: "Staging", tags: { team: "blue" } };
  const text = versionTooltip(model([]), imported, undefined, plain);
  for (const said of [
    "s3&#58;//bucket/iris",
    "python\\_function, sklearn",
    "x&#58; double",
    "Staging",
    "blue",
    "none",
  ])
    expect(text).toContain(said);
  expect(text).not.toContain("null");
  expect(versionDescription(imported, undefined, new Map())).toBe("");
});

test("a version of a prompt shows its text instead of files", () => {
  const tags = {
    "mlflow.prompt.is_prompt": "true",
    "mlflow.prompt.text": "Hi {{name}}",
    _mlflow_prompt_type: "text",
  };
  const prompt: ModelVersion = {
    ...version(1),
    artifact: null,
    digest: null,
    bytes: null,
    runId: null,
    tags,
  };
  const text = versionTooltip({ ...model([]), tags }, prompt, undefined, plain);
  expect(text).toContain("Hi \\{\\{name\\}\\}");
  expect(text).not.toMatch(/Digest|Source|prompt\\_type/);
});
