/** The values that a run has recorded once, as a compact row: name above, number below. */

import { html, nothing } from "lit";
import type { Run } from "../../src/model/run.ts";
import { metricUnit } from "../shared/metricUnit.ts";

export function finalTiles(run: Run, keys: readonly string[]): unknown {
  const known = keys.flatMap((key) => {
    const metric = run.metrics[key];
    return metric === undefined ? [] : [{ key, metric }];
  });
  if (known.length === 0) return nothing;
  return html`<dl class="tiles" aria-label="Final values">${known.map(
    ({ key, metric }) => html`<div class="tile" title=${`${key}\n${metric.last} at step ${metric.lastStep}`}>
      <dt class="clip">${key}</dt><dd class="clip">${metricUnit(key).text(metric.last)}</dd></div>`,
  )}</dl>`;
}
