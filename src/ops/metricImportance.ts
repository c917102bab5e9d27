/** Which parameters a metric depends on over some runs, from the columns of the runs table alone. */

import { type Importance, parameterImportance } from "../model/importance.ts";
import type { Store } from "../store/store.ts";

export async function metricImportance(
  runIds: readonly string[],
  metric: string,
  runs: Pick<Store["runs"], "table"> | null,
): Promise<Importance> {
  const none = { ids: runIds, metrics: [], parameters: [], tags: [] };
  const { summary } = (await runs?.table({ ...none, summary: true })) ?? {};
  const differing = (summary?.parameters ?? []).filter(({ differs }) => differs).map(({ key }) => key);
  const table = await runs?.table({ ...none, metrics: [metric], parameters: differing });
  const [values] = table?.metrics ?? [];
  if (table === undefined || values === undefined) return parameterImportance([], metric);
  const weighed = table.runs.flatMap((_run, row) => {
    if (values.has[row] !== 1) return [];
    const known = table.parameters.flatMap(({ key, values: texts }) => {
      const value = texts[row] ?? null;
      return value === null ? [] : [[key, { value }] as const];
    });
    return [
      {
        metrics: { [metric]: { last: values.last[row] ?? Number.NaN } },
        parameters: Object.fromEntries(known),
      },
    ];
  });
  return parameterImportance(weighed, metric);
}
