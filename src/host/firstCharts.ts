/** The charts that a fresh page shows first, by those of the pages before it: asked for before the page has measured itself. */

import { type CompareTableData, keyMetricOf } from "../model/compareTable.ts";
import type { ColumnsQuery } from "../model/metric.ts";
import type { Run } from "../model/run.ts";
import { singleMetrics } from "../model/singleMetrics.ts";
import type { WorkspaceMemory } from "./workspaceMemory.ts";

/** So many are drawn before anybody has looked what can be seen. */
const mostFirst = 2;
const mostKnown = 16;
/** Of more runs the page draws some, in an order of its own. */
const mostRuns = 100;

/** Width in device pixels of the chart of a metric, the last one seen first. */
type Widths = Readonly<Record<string, number>>;

export class FirstCharts {
  private readonly memory: WorkspaceMemory;
  private readonly memoryKey: string;

  /** The pages of a kind are of a width. */
  constructor(memory: WorkspaceMemory, page: "run" | "compare") {
    this.memory = memory;
    this.memoryKey = `runline.${page}.firstCharts`;
  }

  /** What the comparison of these runs will ask for, as it looks at first. */
  ofTable(
    runIds: readonly string[],
    { missing, summary, details }: CompareTableData,
  ): readonly ColumnsQuery[] {
    if (runIds.length > mostRuns || missing.length > 0 || details === null) return [];
    const metrics = summary.metrics.map(({ key }) => key);
    return this.questions(runIds, metrics, new Set(details.single), keyMetricOf(summary));
  }

  /** What the page of a run will ask for, as it looks at first. */
  ofRun(run: Run): readonly ColumnsQuery[] {
    return this.questions([run.id], Object.keys(run.metrics), singleMetrics([run]), run.keyMetric);
  }

  private questions(
    runIds: readonly string[],
    metrics: readonly string[],
    single: ReadonlySet<string>,
    keyMetric: string | null,
  ): readonly ColumnsQuery[] {
    const widths = this.widths();
    const curves = new Set(metrics.filter((key) => !single.has(key)));
    return Object.keys(widths)
      .filter((key) => curves.has(key))
      .sort((a, b) => Number(b === keyMetric) - Number(a === keyMetric))
      .slice(0, mostFirst)
      .map((key) => ({ runIds, keys: [key], axis: "step", width: widths[key] ?? 0 }));
  }

  /** Takes note of what each fresh page asks for itself. */
  listener(): (name: string, input: Readonly<Record<string, unknown>>) => void {
    let left = mostFirst;
    return (name, input) => {
      if (name !== "metrics/columns" || left === 0) return;
      left--;
      const { keys, axis, width } = input;
      const [key] = Array.isArray(keys) ? keys : [];
      const plain = axis === "step" && Object.keys(input).length === 4;
      if (plain && typeof key === "string" && typeof width === "number") this.note(key, width);
    };
  }

  private note(key: string, width: number): void {
    const { [key]: known, ...others } = this.widths();
    if (known === width) return;
    const kept = Object.entries({ [key]: width, ...others }).slice(0, mostKnown);
    void this.memory.update(this.memoryKey, Object.fromEntries(kept));
  }

  private widths(): Widths {
    const found = this.memory.get(this.memoryKey);
    if (typeof found !== "object" || found === null) return {};
    const entries = Object.entries(found).filter(([, width]) => Number.isSafeInteger(width) && width > 0);
    return Object.fromEntries(entries);
  }
}
