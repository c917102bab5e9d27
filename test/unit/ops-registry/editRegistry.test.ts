import { mkdir, symlink, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { AliasRules } from "../../../src/ops/aliasRules.ts";
import { createVersion } from "../../../src/ops/createVersion.ts";
import { deleteModel, deleteVersion } from "../../../src/ops/deleteModel.ts";
import {
  createModel,
  editRegistry,
  type RegistryParts,
  stageVersion,
} from "../../../src/ops/editRegistry.ts";
import { modelFiles } from "../../../src/ops/modelFiles.ts";
import { promote } from "../../../src/ops/promote.ts";
import { removeAlias } from "../../../src/ops/removeAlias.ts";
import { freshFolder, freshStore } from "../store/freshStore.ts";
import { ana, clock } from "./registered.ts";

let parts: RegistryParts;
const model = () => parts.registry.model("iris");
const entries = async () => (await parts.registry.audit()).length;
const version = () =>
  createVersion(
    {
      ...{ model: "iris", source: "s3://b/x", runId: null, loggedModel: null, storage: null, runLink: null },
      ...{ description: "", tags: {}, artifact: null, digest: null, bytes: null, signature: null },
    },
    parts,
  );
const champion = { model: "iris", alias: "champion", reason: "best", actor: ana };

beforeEach(async () => {
  parts = { registry: (await freshStore()).registry, clock, actor: ana };
  await createModel({ model: "iris", description: "", tags: {} }, parts);
});

test("a name can be given once", async () => {
  await expect(createModel({ model: "iris", description: "", tags: {} }, parts)).rejects.toThrow(
    "There is a model iris already.",
  );
  await createModel({ model: "wine", description: "", tags: {} }, parts);
  const rename = (name: string) => editRegistry({ type: "model.renamed", model: "wine", name }, parts);
  await expect(rename("iris")).rejects.toMatchObject({ failure: { code: "modelExists" } });
  await rename("wine");
  await rename("wines");
  expect((await parts.registry.models()).map(({ name }) => name)).toEqual(["iris", "wines"]);
});

test("a tag that is there already adds nothing to the log", async () => {
  const tag = (value: string | null) =>
    editRegistry({ type: "model.tagged", model: "iris", tag: "a", value }, parts);
  await tag("1");
  const before = await entries();
  await tag("1");
  expect(await entries()).toBe(before);
  await tag(null);
  await tag(null);
  expect(await entries()).toBe(before + 1);
});

test("what is not there can't be changed", async () => {
  const described = { type: "version.described", model: "iris", version: 1, description: "" } as const;
  await expect(editRegistry(described, parts)).rejects.toMatchObject({ failure: { code: "versionUnknown" } });
  await expect(editRegistry({ ...described, model: "no" }, parts)).rejects.toMatchObject({
    failure: { code: "modelUnknown" },
  });
  await expect(deleteVersion("iris", 1, "gone", parts)).rejects.toMatchObject({
    failure: { code: "versionUnknown" },
  });
});

test("the version before goes to the archive", async () => {
  for (let at = 0; at < 3; at++) await version();
  const stage = (number: number, archive: boolean) =>
    stageVersion({ model: "iris", version: number, stage: "Production", archive }, parts);
  await stage(1, false);
  await stage(2, false);
  await stage(3, true);
  expect((await model())?.versions.map((each) => each.stage)).toEqual(["Production", "Archived", "Archived"]);
});

test("a version that goes takes its aliases along, and its number stays taken", async () => {
  await version();
  await version();
  await promote({ ...champion, version: 2 }, parts.registry, clock);
  await deleteVersion("iris", 2, "wrong data", parts);
  expect(await model()).toMatchObject({ aliases: [], versions: [{ version: 1 }] });
  expect((await parts.registry.audit(2)).map(({ event }) => event)).toMatchObject([
    { type: "version.deleted" },
    { type: "alias.removed", previous: 2, reason: "wrong data" },
  ]);
  expect((await version()).version).toBe(3);
  await deleteModel("iris", "all gone", parts);
  expect(await model()).toBeNull();
  expect(await parts.registry.verify()).toMatchObject({ problem: null });
});

describe("a protected alias", () => {
  const rules: AliasRules = ({ alias }) =>
    alias === "champion" ? { cause: "it needs two approvals", next: "Ask with runline request." } : null;
  const refused = {
    failure: { code: "aliasProtected", message: expect.stringContaining("two approvals") as string },
  };

  test("can't be set, moved, removed or deleted together with its version or model", async () => {
    await version();
    await version();
    await expect(promote({ ...champion, version: 1 }, parts.registry, clock, rules)).rejects.toMatchObject(
      refused,
    );
    await promote({ ...champion, version: 1 }, parts.registry, clock);
    const before = await entries();
    for (const change of [
      () => promote({ ...champion, version: 2 }, parts.registry, clock, rules),
      () => removeAlias(champion, parts.registry, clock, rules),
      () => deleteVersion("iris", 1, "gone", parts, rules),
      () => deleteModel("iris", "gone", parts, rules),
    ])
      await expect(change()).rejects.toMatchObject(refused);
    expect(await entries()).toBe(before);
    await deleteVersion("iris", 2, "gone", parts, rules);
    await promote({ ...champion, alias: "blue", version: 1 }, parts.registry, clock, rules);
  });
});

describe("the files of a model", () => {
  test("are one digest, whatever order they are read in, and what MLmodel says", async () => {
    const folder = await freshFolder();
    const at = path.join(folder, "model");
    await mkdir(path.join(at, "data"), { recursive: true });
    await writeFile(path.join(at, "data", "w.bin"), "weights");
    await writeFile(
      path.join(at, "MLmodel"),
      'flavors:\n  sklearn: {}\nsignature:\n  inputs: \'[{"type": "double"}]\'\n',
    );
    const seen = await modelFiles(folder, "model");
    expect(seen).toMatchObject({ signature: { flavors: ["sklearn"], inputs: ["double"] } });
    expect(seen.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await modelFiles(path.join(folder, "model"), "")).toEqual(seen);
    await writeFile(path.join(at, "data", "w.bin"), "weightz");
    expect((await modelFiles(folder, "model")).digest).not.toBe(seen.digest);
  });

  test.each(["../outside", "nothing", "link", "model/../../outside", "a\0b"])(
    "are not known at %j",
    async (below) => {
      const folder = await freshFolder();
      const inside = path.join(folder, "inside");
      await mkdir(inside);
      await mkdir(path.join(folder, "outside"));
      await writeFile(path.join(folder, "outside", "secret"), "x");
      await symlink(path.join(folder, "outside"), path.join(inside, "link"));
      expect(await modelFiles(inside, below)).toEqual({ digest: null, bytes: null, signature: null });
    },
  );

  test.each(["{", "flavors: [", "a: &x [*x, *x]", "- 1", ""])(
    "an MLmodel of %j says nothing",
    async (text) => {
      const folder = await freshFolder();
      await writeFile(path.join(folder, "MLmodel"), text);
      expect((await modelFiles(folder, "")).signature).toBeNull();
    },
  );
});
