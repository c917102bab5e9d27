/**
 * Sets, moves or takes away an alias on a team's MLflow server. Our log hears of it before the server does, with the version that the server
 * said the alias was on; the same rules count as for our own models. The server knows no compare-and-set: between the last look and the
 * change a few milliseconds stay in which somebody else's change would be overwritten.
 */

import { failureOf, RunlineError } from "../model/failure.ts";
import type { Actor, TeamAliasChange, TeamEvent } from "../model/registry.ts";
import { isRegistryAlias } from "../model/registryNames.ts";
import { teamAliasVersion } from "../model/teamRegistry.ts";
import type { RegistryStore } from "../store/store.ts";
import { type AliasRules, demandAllowed, freeAliases } from "./aliasRules.ts";
import type { TeamRegistry } from "./mlflowTeam.ts";
import { reasonOf } from "./promote.ts";

export interface TeamPromotion {
  readonly model: string;
  readonly alias: string;
  /** Null takes the alias away. */
  readonly version: number | null;
  readonly reason: string;
  readonly actor: Actor;
  /** The version that the person saw the alias on; null when it was free. Undefined asks for no such check. */
  readonly expected?: number | null;
}

export interface TeamPromotionParts {
  readonly registry: RegistryStore;
  readonly clock: () => number;
  readonly rules?: AliasRules;
}

/**
 * Answers the version that the alias was on, null when it was free. Where it is right already nothing is done. Throws what the server's calls
 * throw, `aliasInvalid`, `reasonMissing`, `teamModelUnknown`, `aliasProtected`, and `aliasMoved` when it is not where the person saw it.
 */
export async function promoteThere(
  asked: TeamPromotion,
  server: TeamRegistry & { readonly name: string },
  { registry, clock, rules = freeAliases }: TeamPromotionParts,
): Promise<{ readonly previous: number | null }> {
  const { model, alias, version, actor, expected } = asked;
  if (version !== null && !isRegistryAlias(alias)) throw new RunlineError("aliasInvalid", { alias });
  const reason = reasonOf(asked.reason);
  const previous = await versionNow(model, alias, server);
  if (expected !== undefined && expected !== previous) {
    const now = previous === null ? "no version" : `version ${previous}`;
    throw new RunlineError("aliasMoved", { model: `${model} on ${server.name}`, alias, now });
  }
  if (previous === version) return { previous };
  if (version !== null && !(await server.hasVersion(model, version)))
    throw new RunlineError("teamModelUnknown", { server: server.name, model: `${model} v${version}` });
  demandAllowed({ model, alias, from: previous, to: version, actor }, rules);
  const change: TeamAliasChange = { server: server.name, model, alias, version, previous };
  const note = (event: TeamEvent) => registry.append(actor, clock(), () => [event], [model]);
  await note({ type: "team.alias", ...change, reason });
  try {
    if (version === null) await server.removeAlias(model, alias);
    else await server.setAlias(model, alias, version);
  } catch (thrown) {
    // Its answer may have been lost, not the change.
    const now = await versionNow(model, alias, server).catch(() => undefined);
    if (now === version) return { previous };
    const cause = failureOf(thrown).message;
    await note({ type: "team.failed", ...change, cause: now === undefined ? `not known: ${cause}` : cause });
    throw thrown;
  }
  return { previous };
}

async function versionNow(
  name: string,
  alias: string,
  server: TeamRegistry & { readonly name: string },
): Promise<number | null> {
  const model = await server.model(name);
  if (model === null) throw new RunlineError("teamModelUnknown", { server: server.name, model: name });
  return teamAliasVersion(model, alias);
}
