import { expect, test } from "vitest";
import { type SettingId, settings } from "../../../src/host/contract.ts";
import { readSettings, serverSettings } from "../../../src/host/settings.ts";

const defaults = readSettings(() => undefined).values;

test("without any setting there are the defaults and no problem", () => {
  expect(readSettings(() => undefined).problems).toEqual([]);
  for (const id of Object.keys(settings) as SettingId[]) expect(defaults[id]).toEqual(settings[id].default);
});

test.each<[SettingId, unknown, string]>([
  ["runline.parallelRuns", "many", "it must be a number"],
  ["runline.parallelRuns", 1.5, "it must be a whole number"],
  ["runline.parallelRuns", 0, "it must be at least 1"],
  ["runline.parallelRuns", 65, "it must be at most 64"],
  ["runline.graceSeconds", Number.NaN, "it must be a number"],
  ["runline.python", 3, "it must be text"],
  ["runline.codeLens", "yes", "it must be true or false"],
  ["runline.capture.patterns", "loss", "it must be a list of texts"],
  ["runline.capture.patterns", ["a", 1], "it must be a list of texts"],
  ["runline.directory", null, "it must be text"],
])("%s: %j falls back to the default and is named", (id, value, cause) => {
  const { values, problems } = readSettings((asked) => (asked === id ? value : undefined));
  expect(values).toEqual(defaults);
  expect(problems.map(({ message }) => message)).toEqual([`The setting ${id} is not valid: ${cause}.`]);
});

test("what the server is told", () => {
  const { values } = readSettings((id) =>
    id === "runline.capture.artifactLimitMegabytes" ? 1.5 : undefined,
  );
  const { capture, directory } = serverSettings(values);
  expect(directory).toBe(".runline");
  expect(capture.artifact_limit_bytes).toBe(1_500_000);
});
