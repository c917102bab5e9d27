/** The registry of a team's MLflow server over REST. */

import { type TeamModel, type TeamVersion, withAliases } from "../../model/teamRegistry.ts";
import type { TeamRegistry } from "../../ops/mlflowTeam.ts";
import { mlmodelSignature } from "../../ops/modelFiles.ts";
import { callsTo, orNull, tokenOf } from "./calls.ts";
import { type Access, ask, objectOf } from "./http.ts";
import { type ModelHead, modelsOfWire, versionsOfWire } from "./registryWire.ts";

const mostModels = 1_000;
const mostVersions = 10_000;
const page = 1_000;
const passing: ReadonlySet<number> = new Set([401, 403, 429, 502, 503, 504]);

export function teamRegistry(access: Access, signal: AbortSignal): TeamRegistry {
  const { get, post, remove } = callsTo(access, signal);

  /** All pages of a list, newest first, up to `most`. */
  async function pages<T>(
    place: string,
    order: string,
    most: number,
    read: (answer: Record<string, unknown>) => readonly T[],
  ): Promise<{ readonly found: readonly T[]; readonly cut: boolean }> {
    const found: T[] = [];
    let token = "";
    do {
      const query = { max_results: String(Math.min(page, most)), order_by: order };
      const answer = await get(place, token === "" ? query : { ...query, page_token: token });
      const some = read(answer);
      for (const one of some) found.push(one);
      // A server that promises more for ever, and never gives it.
      token = some.length === 0 ? "" : tokenOf(answer);
    } while (token !== "" && found.length < most);
    return { found, cut: token !== "" };
  }

  async function model(name: string): Promise<ModelHead | null> {
    const answer = await orNull(get("registered-models/get", { name }));
    return answer === null ? null : (modelsOfWire([answer.registered_model])[0] ?? null);
  }

  return {
    model,
    async models() {
      const heads = await pages("registered-models/search", "name ASC", mostModels, (answer) =>
        modelsOfWire(answer.registered_models),
      );
      const versions = await pages(
        ...(["model-versions/search", "creation_timestamp DESC", mostVersions] as const),
        (answer) => versionsOfWire(answer.model_versions),
      );
      const models = withVersions(heads.found, versions.found);
      return { models, cut: heads.cut || versions.cut };
    },
    async hasVersion(name, version) {
      return (await orNull(get("model-versions/get", { name, version: String(version) }))) !== null;
    },
    async setAlias(name, alias, version) {
      await post("registered-models/alias", { name, alias, version: String(version) }, `${name}@${alias}`);
    },
    async removeAlias(name, alias) {
      await remove("registered-models/alias", { name, alias }, `${name}@${alias}`);
    },
    async files(name, version) {
      const query = new URLSearchParams({ name, version: String(version), path: "MLmodel" });
      const found = await ask(access, "GET", `/model-versions/get-artifact?${query}`, null, signal);
      // Not let in, or not now: that is no word about the version.
      if (passing.has(found.status)) objectOf(access, found, "files");
      return { signature: found.status === 200 ? mlmodelSignature(found.text) : null };
    },
  };
}

type FoundVersion = Omit<TeamVersion, "aliases"> & { readonly model: string };

function withVersions(heads: readonly ModelHead[], found: readonly FoundVersion[]): readonly TeamModel[] {
  const byModel = new Map<string, FoundVersion[]>();
  for (const version of found) {
    const some = byModel.get(version.model);
    if (some === undefined) byModel.set(version.model, [version]);
    else some.push(version);
  }
  return heads.map((head) => {
    const versions = (byModel.get(head.name) ?? [])
      .map(({ model: _, ...version }) => ({ ...version, aliases: [] }))
      .sort((a, b) => b.version - a.version);
    return withAliases({ ...head, versions }, head);
  });
}
