/** Sorts the records of a journal batch by what they are about, metric points by series. Pure, for every engine. */

import type {
  ArtifactRecord,
  EnvironmentRecord,
  FileRecord,
  InputRecord,
  JournalRecord,
  LoggedModelRecord,
  MetricRecord,
  ModelUseRecord,
  ParameterRecord,
  RunRecord,
  TagRecord,
} from "../model/journal.ts";
import type { Finding } from "../model/run.ts";
import { PendingPoints, RecordAxis } from "./pendingPoints.ts";

/** Room that is made at once for the points of a batch, over all its names. */
const expectedPoints = 200_000;

/** What a client of MLflow's protocol said beside metrics, parameters and tags, in its order. */
export type ClientRecord = RunRecord | InputRecord | ModelUseRecord | LoggedModelRecord;

export interface Batch {
  /** The attempt that the record after this batch belongs to. */
  readonly attempt: number;
  /** attempt → metric → points. */
  readonly series: ReadonlyMap<number, ReadonlyMap<string, PendingPoints>>;
  readonly parameters: readonly ParameterRecord[];
  readonly tags: readonly TagRecord[];
  readonly files: readonly (FileRecord | ArtifactRecord)[];
  readonly environment: EnvironmentRecord | null;
  readonly client: readonly ClientRecord[];
  /** Metrics that are about a logged model. */
  readonly measured: readonly MetricRecord[];
  readonly findings: readonly Finding[];
}

/** Sorts records that begin in the given attempt. */
export function sortBatch(records: readonly JournalRecord[], attempt: number): Batch {
  const series = new Map<number, Series>();
  const parameters: ParameterRecord[] = [];
  const tags: TagRecord[] = [];
  const files: (FileRecord | ArtifactRecord)[] = [];
  const findings: Finding[] = [];
  const client: ClientRecord[] = [];
  const measured: MetricRecord[] = [];
  let environment: EnvironmentRecord | null = null;
  let now = attempt;
  let current = seriesOf(series, now, records.length);
  for (const record of records) {
    switch (record.kind) {
      case "metric":
        if (Math.abs(record.step) <= Number.MAX_SAFE_INTEGER && Number.isFinite(record.time))
          current.addMetrics(record);
        else findings.push(finding("journal.step", refusal(record), record.time));
        if (record.model !== undefined) measured.push(record);
        break;
      case "system":
        if (Number.isFinite(record.time)) current.addSystem(record.time, record.values);
        break;
      case "parameter":
        parameters.push(record);
        break;
      case "tag":
        tags.push(record);
        break;
      case "read":
      case "write":
      case "artifact":
        files.push(record);
        break;
      case "environment":
        environment = record;
        break;
      case "run":
      case "input":
      case "model_input":
      case "model_output":
      case "model":
        client.push(record);
        break;
      case "notice":
        findings.push(finding(record.code, record.text, record.time));
        break;
      case "attempt":
        now = record.attempt;
        current = seriesOf(series, now, records.length);
        break;
      default:
        record satisfies never;
    }
  }
  const points = new Map([...series].map(([of, { byName }]) => [of, byName] as const));
  return {
    ...{ attempt: now, series: points, parameters, tags, files, environment },
    ...{ client, measured, findings },
  };
}

function seriesOf(series: Map<number, Series>, attempt: number, records: number): Series {
  const known = series.get(attempt) ?? new Series(records);
  series.set(attempt, known);
  return known;
}

/** Points of one attempt by metric. Scripts log the same names again and again, so those of the last record are tried first. */
class Series {
  readonly byName = new Map<string, PendingPoints>();
  readonly #records: number;
  readonly #metrics: RecordAxis;
  readonly #system = new RecordAxis(0);
  #names: string[] = [];
  #points: PendingPoints[] = [];

  constructor(records: number) {
    this.#records = records;
    this.#metrics = new RecordAxis(records);
  }

  addMetrics({ step, time, values, source }: MetricRecord): void {
    const axis = this.#metrics;
    axis.add(step, time);
    let at = 0;
    for (const name in values) {
      const points =
        this.#names[at] === name ? (this.#points[at] as PendingPoints) : this.#find(axis, name, at);
      points.add(axis, values[name] as number);
      if (source === "mlflow") points.isClient = true;
      at++;
    }
  }

  addSystem(time: number, values: Readonly<Record<string, number>>): void {
    this.#system.add(Number.NaN, time);
    for (const name in values)
      this.#of(this.#system, `system/${name}`).add(this.#system, values[name] as number);
  }

  /** A point for each record, unless there are very many names. */
  #expected(): number {
    return Math.min(this.#records, Math.max(4, Math.floor(expectedPoints / (this.byName.size + 1))));
  }

  #find(axis: RecordAxis, key: string, at: number): PendingPoints {
    const points = this.#of(axis, key);
    this.#names[at] = key;
    this.#points[at] = points;
    return points;
  }

  #of(axis: RecordAxis, key: string): PendingPoints {
    const points = this.byName.get(key) ?? new PendingPoints(axis, this.#expected());
    this.byName.set(key, points);
    return points;
  }
}

/** A step beyond 2⁵³ can't be told from its neighbors, so a chart of it would not be exact. */
function refusal({ step, values }: MetricRecord): string {
  const names = Object.keys(values).slice(0, 3).join(", ").slice(0, 200);
  return Number.isFinite(step)
    ? `A point of ${names} was left out: its step ${step} is beyond 2⁵³, where whole numbers are no longer exact.`
    : `A point of ${names} was left out: its step or its time is no number.`;
}

function finding(code: string, text: string, time: number): Finding {
  return { code, text, time: Number.isFinite(time) ? time : 0, line: null };
}
