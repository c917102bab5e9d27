import { describe, expect, test } from "vitest";
import { parseJournalLine } from "../../../src/model/journalLine.ts";

const time = 1_790_000_000_000;
const parse = (record: object) => parseJournalLine(JSON.stringify({ time, ...record }));

describe("lines of a client of MLflow's protocol", () => {
  test.each([
    { kind: "run", name: "keen-heron" },
    { kind: "run", user: "", experiment: "digits", status: "cancelled" },
    { kind: "model_output", model: "m-1", step: 3 },
    { kind: "model_input", model: "m-1", step: 0 },
    { kind: "model", id: "m-1", status: "ready", tags: { a: "b", gone: null } },
    { kind: "model", id: "m-1", name: "digits", type: "Classifier", parameters: { depth: "3" } },
    { kind: "tag", key: "team", value: null },
    { kind: "metric", step: 1, values: { loss: 0.5 }, source: "mlflow", model: "m-1" },
    { kind: "metric", step: 1, values: { a: 1 }, source: "mlflow", dataset: { name: "d", digest: "1" } },
  ])("$kind is taken as it stands", (record) => {
    expect(parse(record)).toEqual({ ok: true, record: { time, ...record } });
  });

  test("an input needs no schema", () => {
    const input = {
      kind: "input",
      name: "train",
      digest: "a1",
      source_type: "local",
      source: "{}",
      tags: {},
    };
    expect(parse(input)).toEqual({ ok: true, record: { time, ...input, schema: null, profile: null } });
  });

  test.each([
    [{ kind: "run", status: "SCHEDULED" }, "status"],
    [{ kind: "run", name: "" }, "name"],
    [{ kind: "run", name: "x".repeat(501) }, "name"],
    [{ kind: "input", name: "train", digest: "", source_type: "local", source: "{}", tags: {} }, "digest"],
    [{ kind: "input", name: "train", digest: "1", source_type: "local", source: "{}", tags: 3 }, "tags"],
    [{ kind: "model_output", model: "m-1", step: "first" }, "step"],
    [{ kind: "model", id: 7 }, "id"],
    [{ kind: "model", id: "m-1", parameters: { depth: 3 } }, "parameters"],
    [{ kind: "metric", step: 1, values: {}, source: "mlflow", dataset: { name: "d" } }, "dataset"],
    [{ kind: "metric", step: 1, values: {}, source: "mlflow", dataset: { name: {}, digest: 1 } }, "dataset"],
  ])("%j names what is wrong", (record, member) => {
    const parsed = parse(record);
    expect(parsed).toEqual({ ok: false, problem: expect.stringContaining(member) });
  });
});
