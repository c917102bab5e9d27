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
import type { Points } from "./chunk.ts";

/** Room that is made at once for the points of a batch, over all its names. */
const expectedPoints = 200_000;

/** Points of one series in order of arrival. A step of NaN is to be numbered on from the points already stored. */
export class PendingPoints {
  #count = 0;
  #isUnnumbered = false;
  #steps: Float64Array;
  #times: Float64Array;
  #values: Float64Array;

  constructor(expected: number) {
    this.#steps = new Float64Array(expected);
    this.#times = new Float64Array(expected);
    this.#values = new Float64Array(expected);
  }

  add(step: number, time: number, value: number): void {
    const at = this.#count++;
    if (at === this.#steps.length) {
      this.#steps = grown(this.#steps);
      this.#times = grown(this.#times);
      this.#values = grown(this.#values);
    }
    if (Number.isNaN(step)) this.#isUnnumbered = true;
    this.#steps[at] = step;
    this.#times[at] = time;
    this.#values[at] = value;
  }

  /** The points; steps of NaN become the place of the point in a series that has `count` points already. */
  numberedFrom(count: number): Points {
    const part = (column: Float64Array) => column.subarray(0, this.#count);
    const steps = part(this.#steps);
    if (this.#isUnnumbered)
      for (let at = 0; at < steps.length; at++) if (Number.isNaN(steps[at])) steps[at] = count + at;
    return { steps, times: part(this.#times), values: part(this.#values) };
  }
}

function grown(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(4 * column.length + 4);
  larger.set(column);
  return larger;
}

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
  let environment: EnvironmentRecord | null = null;
  let now = attempt;
  let current = seriesOf(series, now, records.length);
  for (const record of records) {
    switch (record.kind) {
      case "metric":
        if (Math.abs(record.step) <= Number.MAX_SAFE_INTEGER && Number.isFinite(record.time))
          current.add("", record.step, record.time, record.values);
        else findings.push(finding("journal.step", refusal(record), record.time));
        break;
      case "system":
        if (Number.isFinite(record.time)) current.add("system/", Number.NaN, record.time, record.values);
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
  const byName = [...series].map(([of, { byName }]) => [of, byName] as const);
  return { attempt: now, series: new Map(byName), parameters, tags, files, environment, client, findings };
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
  #names: string[] = [];
  #points: PendingPoints[] = [];

  constructor(records: number) {
    this.#records = records;
  }

  add(prefix: string, step: number, time: number, values: Readonly<Record<string, number>>): void {
    let at = 0;
    for (const name in values) {
      const key = prefix === "" ? name : prefix + name;
      const points = this.#names[at] === key ? (this.#points[at] as PendingPoints) : this.#find(key, at);
      points.add(step, time, values[name] as number);
      at++;
    }
  }

  /** A point for each record, unless there are very many names. */
  #expected(): number {
    return Math.min(this.#records, Math.max(4, Math.floor(expectedPoints / (this.byName.size + 1))));
  }

  #find(key: string, at: number): PendingPoints {
    const points = this.byName.get(key) ?? new PendingPoints(this.#expected());
    this.byName.set(key, points);
    this.#names[at] = key;
    this.#points[at] = points;
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
