/** The main job through the CLI on the sample: three runs, compare, trace, register, promote, verify. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, json, remove, runline, sampleFolder } from "./commandLine.ts";

let folder: string;
const runs: Answer[] = [];

beforeAll(async () => {
  folder = await sampleFolder();
  for (const [name, lr] of [
    ["timid", "0.01"],
    ["steady", "0.2"],
    ["wild", "50"],
  ] as const)
    runs.push(await runline(folder, "run", "--name", name, "train.py", "--lr", lr, "--steps", "120"));
});
afterAll(() => remove(folder));

interface RunShape {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly keyMetric: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, { readonly last: number | string; readonly nan: number }>>;
}

describe("the main job through the CLI", () => {
  it("prints what the script prints, and one line of its own beside it", () => {
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(runs[1]?.out).toMatch(/^step 5: loss \S+ val_acc \S+\n/);
    expect(runs[1]?.out).toMatch(/test_acc \S+ worst_digit_acc \S+\n$/);
    expect(runs[1]?.error).toMatch(
      /^runline: started steady\nrunline: steady finished: \w+ [\d.]+ after .*\n$/,
    );
  });

  it("lists the runs, newest first, with what they were called with", async () => {
    const listed = (await json(folder, "runs")) as RunShape[];
    expect(listed.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "wild finished",
      "steady finished",
      "timid finished",
    ]);
    expect(listed[1]?.parameters).toMatchObject({ lr: "0.2", steps: "120", seed: "0" });
    expect(listed[0]?.metrics.loss?.nan).toBeGreaterThan(0);
    expect(listed[0]?.metrics.loss?.last).toBe("NaN");
    expect((await runline(folder, "runs")).out).toMatch(/steady +✓ finished +\w+ 0\.\d+ +[▁-▇×]+/);
  });

  it("compares them: only what differs, the best marked", async () => {
    const { out } = await runline(folder, "compare", "timid", "steady", "wild");
    expect(out).toMatch(/^ +timid +steady +wild\n/);
    expect(out).toMatch(/\nlr +0\.01 +0\.2 +50(\.0)?\n/);
    expect(out).toMatch(/val_acc +0\.\d+ +0\.\d+ \*/);
    expect(out).not.toContain("seed");
    expect((await runline(folder, "compare", "--all", "timid", "steady")).out).toContain("seed");
  });

  it("shows the output again, to the byte", async () => {
    expect((await runline(folder, "log", "steady")).out).toBe(runs[1]?.out);
    expect((await runline(folder, "log", "-f", "steady")).out).toBe(runs[1]?.out);
  });

  it("traces a run to its data and code, and a file to the runs that used it", async () => {
    const { out } = await runline(folder, "lineage", "steady");
    expect(out).toMatch(/made from\n[\s\S]*file data\/\w+\.csv +v1 .* observed\n/);
    expect(out).toMatch(/code train\.py @ \w+ +kept\n/);
    expect(out).toMatch(/made\n[\s\S]*models\/model\.json/);
    const data = await runline(folder, "lineage", "--downstream", /data\/\w+\.csv/.exec(out)?.[0] ?? "");
    expect(data.out).toMatch(/run timid[\s\S]*run steady|run steady[\s\S]*run timid/);
  });

  it("registers, promotes, traces the model and proves the log", async () => {
    const registered = await json(folder, "register", "steady", "models/model.json", "--model", "digits");
    expect(registered).toMatchObject({ model: "digits", version: 1, artifact: "models/model.json" });
    expect(await json(folder, "register", "timid", "models/model.json", "-m", "digits")).toMatchObject({
      version: 2,
    });
    expect(await json(folder, "promote", "digits", "1", "--reason", "best of three")).toEqual({
      model: "digits",
      alias: "champion",
      version: 1,
      previous: null,
    });
    expect((await runline(folder, "models")).out).toMatch(
      /digits +1 +champion +\w+ 0\.\d+ +steady +models\/model\.json/,
    );
    expect((await runline(folder, "lineage", "digits@champion")).out).toMatch(
      /run steady[\s\S]*data\/\w+\.csv/,
    );
    expect((await runline(folder, "audit", "list")).out).toContain(
      "set champion of digits to version 1 (was free): best of three",
    );
    expect((await runline(folder, "audit", "verify")).out).toMatch(
      /^The audit log is sound: 4 entries, head [0-9a-f]{64}\n$/,
    );
    expect((await runline(folder, "unalias", "digits", "champion", "-r", "test")).code).toBe(0);
    expect((await runline(folder, "delete", "steady")).error).toContain("digits was registered from it");
  });

  it("changes, hides and brings back", async () => {
    const edited = (await json(
      folder,
      "edit",
      "wild",
      "--name",
      "diverged",
      "--tag",
      "lr=high",
      "--star",
    )) as RunShape;
    expect(edited).toMatchObject({ name: "diverged", starred: true, tags: { lr: "high" } });
    expect(await json(folder, "delete", "diverged")).toEqual([edited.id]);
    expect((await runline(folder, "show", "diverged")).code).toBe(3);
    expect(await json(folder, "restore", edited.id)).toEqual([edited.id]);
    expect((await runline(folder, "show", edited.id.slice(0, 14))).out).toMatch(/^★ diverged\n/);
  });

  it("says how to run the same again", async () => {
    expect((await runline(folder, "reproduce", "steady")).out).toMatch(
      / && cd \S+ && \S*python\S* train\.py --lr 0\.2 --steps 120\n$/,
    );
  });
});
