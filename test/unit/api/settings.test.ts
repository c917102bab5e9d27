import { describe, expect, it } from "vitest";
import { defaultSettings, parseOptions, parseSettings } from "../../../src/api/settings.ts";
import { readSettings, serverSettings } from "../../../src/host/settings.ts";

describe("settings", () => {
  it("are by default what the editor's settings page says", () => {
    const { values } = readSettings(() => undefined);
    expect(serverSettings(values)).toEqual(defaultSettings);
  });

  it.each([undefined, null, 7, "x", [], {}])("%j is all defaults", (input) => {
    expect(parseSettings(input)).toEqual({ settings: defaultSettings, problems: [] });
  });

  it("takes what is right and names what is wrong, each by itself", () => {
    const { settings, problems } = parseSettings({
      parallelRuns: 3,
      codeLens: "yes",
      graceSeconds: -1,
      capture: { stdout: false, data_folders: "data", patterns: ["(?P<key>\\w+)"] },
      unknown: 1,
    });
    expect(settings).toEqual({
      ...defaultSettings,
      parallelRuns: 3,
      capture: { ...defaultSettings.capture, stdout: false, patterns: ["(?P<key>\\w+)"] },
    });
    expect(problems.map((problem) => problem.message)).toEqual([
      "The setting runline.graceSeconds is not valid: Too small: expected number to be >=0.",
      "The setting runline.codeLens is not valid: expected boolean, received string.",
      "The setting runline.capture.dataFolders is not valid: expected array, received string.",
    ]);
  });

  it("is on the safe side when the options make no sense", () => {
    const { options } = parseOptions({ workspace: 3, trusted: "true" });
    expect(options).toMatchObject({ workspace: null, trusted: false, actor: null });
  });
});
