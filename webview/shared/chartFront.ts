/** The lines that are brought forward in a chart. */

import type { ChartGroup } from "./chartBands.ts";
import { type DrawingInput, frontOf } from "./chartDrawing.ts";
import type { Drawing } from "./chartPicture.ts";
import { Kept } from "./kept.ts";

export type Front = Pick<Drawing, "lines" | "bands">;

const none: Front = { lines: [], bands: [] };

export class ChartFront {
  private readonly kept = new Kept<Front>();

  /** Runs (or the groups that they are in) as they lie over the others; another object only when they, or what is drawn, change. */
  of(
    input: DrawingInput | undefined,
    logarithmic: boolean,
    groups: readonly ChartGroup[],
    runIds: readonly string[],
  ): Front {
    if (input === undefined || runIds.length === 0) return none;
    return this.kept.of([input, logarithmic, groups, runIds], () => {
      const runs = new Set(runIds);
      const within = groups.filter((group) => group.runIds.some((id) => runs.has(id)));
      const ids = groups.length > 0 ? new Set(within.map(({ name }) => name)) : runs;
      return frontOf(input, ids, logarithmic);
    });
  }
}
