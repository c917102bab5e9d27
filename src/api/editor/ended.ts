/** What is told of a run that has ended, or makes no progress. */

import { splitHostDirectory } from "../../model/host.ts";
import type { Run } from "../../model/run.ts";
import type { Ended, Stalled } from "../../protocol/editor.ts";

export function endedOf(run: Run): Ended {
  const { id, name, state, reason, keyMetric } = run;
  const metric = keyMetric === null ? undefined : run.metrics[keyMetric];
  return {
    id,
    name,
    state,
    reason,
    host: splitHostDirectory(run.directory)?.host ?? null,
    durationMs: Math.max(0, (run.ended ?? run.asOf) - (run.started ?? run.created)),
    keyMetric: keyMetric === null || metric === undefined ? null : { key: keyMetric, value: metric.last },
  };
}

export function stalledOf({ id, name, reason, directory }: Run): Stalled {
  return { id, name, reason, host: splitHostDirectory(directory)?.host ?? null };
}
