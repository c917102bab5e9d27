import { beforeEach, describe, expect, it } from "vitest";
import { copyFile } from "../../../src/ops/copyFile.ts";
import { fileDigest } from "../../../src/ops/fileDigest.ts";
import { type Promotion, promote } from "../../../src/ops/promote.ts";
import { register } from "../../../src/ops/register.ts";
import { removeAlias } from "../../../src/ops/removeAlias.ts";
import { ana, clock, compute, freshWorkspace, type Workspace } from "./registered.ts";

let at: Workspace;
beforeEach(async () => {
  at = await freshWorkspace();
  for (const [run, text] of ["one", "two", "three"].entries()) {
    const runId = await at.made(run + 1, `m${run}.bin`, text);
    const parts = {
      store: at.store,
      workspace: at.workspace,
      compute,
      clock,
      digest: fileDigest,
      copy: copyFile,
    };
    await register({ runId, path: `m${run}.bin`, model: "digits", actor: ana }, parts);
  }
});

const ask = (wish: Partial<Promotion>) =>
  promote(
    { model: "digits", version: 1, alias: "champion", reason: "because", actor: ana, ...wish },
    at.store.registry,
    clock,
  );
const remove = (alias: string, reason = "because") =>
  removeAlias({ model: "digits", alias, reason, actor: ana }, at.store.registry, clock);
const aliases = async () =>
  (await at.store.registry.models())[0]?.aliases.map(({ alias, version }) => `${alias} ${version}`);

describe("promote", () => {
  it("sets, moves and removes aliases, and says where they were", async () => {
    expect(await ask({})).toEqual({ previous: null });
    expect(await ask({ version: 3 })).toEqual({ previous: 1 });
    expect(await ask({ version: 2, alias: "challenger" })).toEqual({ previous: null });
    expect((await aliases())?.sort()).toEqual(["challenger 2", "champion 3"]);
    expect(await remove("champion")).toEqual({ previous: 3 });
    expect(await aliases()).toEqual(["challenger 2"]);
    expect(await at.store.registry.verify()).toMatchObject({ problem: null });
  });

  it("adds nothing to the log for an alias that is there already", async () => {
    await ask({});
    const before = (await at.store.registry.audit()).length;
    expect(await ask({ reason: "again" })).toEqual({ previous: 1 });
    expect(await at.store.registry.audit()).toHaveLength(before);
  });

  it("keeps the reason without the blanks around it", async () => {
    await ask({ reason: "  better on digit 8\n" });
    expect((await at.store.registry.models())[0]?.aliases[0]).toMatchObject({
      reason: "better on digit 8",
      actor: ana,
    });
  });

  it("moves nothing when somebody else was faster", async () => {
    await ask({});
    await ask({ version: 2 });
    await expect(ask({ version: 3, expected: 1 })).rejects.toThrow(
      "champion of digits was moved meanwhile: it is on version 2 now.",
    );
    await expect(ask({ version: 3, expected: null })).rejects.toMatchObject({
      failure: { code: "aliasMoved" },
    });
    expect(await ask({ version: 3, expected: 2 })).toEqual({ previous: 2 });
  });

  it.each<[Partial<Promotion>, string]>([
    [{ alias: "latest" }, "latest can't be an alias."],
    [{ alias: "v2" }, "v2 can't be an alias."],
    [{ alias: "" }, " can't be an alias."],
    [{ reason: " \n" }, "A change of an alias needs a reason."],
    [{ model: "letters" }, "There is no model letters."],
    [{ version: 4 }, "digits has no version 4."],
    [{ version: 1.5 }, "digits has no version 1.5."],
  ])("refuses %j", async (wish, says) => {
    await expect(ask(wish)).rejects.toThrow(says);
    expect(await aliases()).toEqual([]);
  });

  it("refuses to remove what is not there, or without a reason", async () => {
    await expect(remove("champion")).rejects.toThrow("digits has no alias champion.");
    await ask({});
    await expect(remove("champion", " ")).rejects.toMatchObject({ failure: { code: "reasonMissing" } });
    expect(await aliases()).toEqual(["champion 1"]);
  });
});
