/** Environments side by side: what differs in interpreter, platform, devices and packages. Pure. */

import type { Environment } from "../../src/model/run.ts";
import { naturally } from "../shared/metricGroups.ts";

export type EnvironmentOfRun = Environment | null;

export interface EnvironmentRow {
  readonly title: string;
  /** One per run; null where it is not there or not known. */
  readonly texts: readonly (string | null)[];
}

/** Runs whose environment was not recorded do not count as different. */
export function environmentRows(environments: readonly EnvironmentOfRun[]): readonly EnvironmentRow[] {
  const fact = (title: string, text: (environment: Environment) => string | null): EnvironmentRow => ({
    title,
    texts: environments.map((environment) => (environment === null ? null : text(environment))),
  });
  const names = new Set(environments.flatMap((environment) => Object.keys(environment?.packages ?? {})));
  const rows = [
    fact("Python", (environment) => environment.version),
    fact("interpreter", (environment) => environment.interpreter),
    fact("platform", (environment) => environment.platform),
    fact("GPUs", (environment) => environment.gpus.join(", ") || "none"),
    ...[...names]
      .sort(naturally)
      .map((name) => fact(name, (environment) => environment.packages[name] ?? null)),
  ];
  const known = environments.map((environment) => environment !== null);
  return rows.filter(({ texts }) => new Set(texts.filter((_text, index) => known[index])).size > 1);
}
