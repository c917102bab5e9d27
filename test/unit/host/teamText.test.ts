import { expect, test } from "vitest";
import { importedText, placeText, runsIn } from "../../../src/host/importText.ts";
import { signatureRows } from "../../../src/host/signatureRows.ts";
import { asOfText, teamDescription, teamTooltip, teamVersionTooltip } from "../../../src/host/teamText.ts";
import { plain } from "../../../src/host/translate.ts";
import { failure } from "../../../src/model/failure.ts";
import type { ShownTeam } from "../../../src/protocol/editor.ts";

const now = Date.parse("2026-11-22T14:30:00");
const model = { name: "digits", description: "", tags: {}, versions: [], aliases: [] };
const team = (change: Partial<ShownTeam> = {}): ShownTeam => ({
  ...{ url: "https://mlflow.example.com", name: "mlflow.example.com", asOf: now, modelsAsOf: now },
  ...{ trouble: null, refused: false, models: [model], cut: false },
  ...change,
});
const down = failure("teamDown", { server: "mlflow.example.com", cause: "nobody listens there" });

test("a server's row says how many models it has, or how old they are", () => {
  const clock = new Date(now).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const cases: [Partial<ShownTeam>, string][] = [
    [{}, "1 model"],
    [{ models: [model, model] }, "2 models"],
    [{ models: [model, model], cut: true }, "the first 2 models"],
    [{ models: [], modelsAsOf: null }, "being read…"],
    [{ trouble: down }, `as of ${clock}`],
    [{ trouble: down, modelsAsOf: null }, "not read yet"],
    [{ trouble: down, refused: true }, `needs you to sign in · as of ${clock}`],
  ];
  for (const [change, text] of cases) expect(teamDescription(team(change), now + 60_000, plain)).toBe(text);
  expect(asOfText(now, now + 3 * 86_400_000, plain)).toContain(new Date(now).toLocaleDateString());
});

test("what a server says can't become markup", () => {
  const version = {
    ...{ version: 1, created: now, user: "<b>", description: "[x](command:evil)", stage: "None" },
    ...{ source: "s3://x", runId: null, aliases: [], tags: { "|": "$(zap)" } },
  };
  const tooltip = teamVersionTooltip({ ...model, name: "*bold*" }, version, "host", plain);
  expect(tooltip).not.toMatch(/\]\(command|<b>|[^\\]\*bold|[^\\]\$\(/);
  expect(teamTooltip(team({ trouble: down }), plain)).toContain("nobody listens there");
});

test("signature rows: columns one below the other, a single one beside its name, nothing where nothing is said", () => {
  const rows = signatureRows(
    {
      flavors: ["sklearn"],
      inputs: ["a: double", "b: long"],
      outputs: ["long"],
      example: "input_example.json",
    },
    plain,
  );
  expect(rows.map(({ label, description }) => `${label}: ${description}`)).toEqual([
    "Inputs: 2 columns",
    "Outputs: long",
    "Flavors: sklearn",
    "Input example: input_example.json",
  ]);
  expect(rows[0]?.rows.map(({ label }) => label)).toEqual(["a: double", "b: long"]);
  expect(rows.at(-1)?.file).toBe("input_example.json");
  expect(signatureRows(null, plain)).toEqual([]);
  expect(signatureRows({ flavors: [], inputs: [], outputs: [] }, plain)).toEqual([]);
  expect(
    signatureRows({ flavors: ["$(zap)"], inputs: [], outputs: [] }, plain)[0]?.description,
  ).not.toContain("$(");
});

test("an import says what it left out", () => {
  const runs = { new: 1, grown: 0, same: 0, taken: 0, deleted: 0 };
  const place = {
    kind: "mlruns",
    ...{ path: "mlruns", versions: 0, aliases: 0, troubles: [], troubleCount: 0, canceled: false },
  } as const;
  const text = (deleted: number) => importedText([{ ...place, runs: { ...runs, deleted } }], plain);
  expect(text(0)).toBe("Imported 1 new run.");
  expect(text(1)).toBe("Imported 1 new run. 1 was left out because you deleted it.");
  expect(text(12)).toBe("Imported 1 new run. 12 were left out because you deleted them.");
});

test("a place in the list says how much there is, and who wrote it", () => {
  const place = { path: "/work/mlruns", kind: "mlruns", runs: 214, imported: true } as const;
  expect(placeText(place, plain)).toBe("214 runs · MLflow · here already");
  expect(placeText({ ...place, kind: "wandb", runs: null, imported: false }, plain)).toBe("Weights & Biases");
  expect(runsIn([{ runs: 1 }, { runs: 2 }])).toBe(3);
  expect(runsIn([{ runs: 1 }, { runs: null }])).toBeNull();
});
