/** Sorts the records of a journal batch by what they are about, metric points by series. Pure, for every engine. */

import type {
  ArtifactRecord,
  EnvironmentRecord,
  FileRecord,
  JournalRecord,
  ParameterRecord,
  TagRecord,
} from "../model/journal.ts";
import type { Finding } from "../model/run.ts";

/** Points of one series in order of arrival. A step of NaN is to be numbered on from the points already stored. */
export interface PendingPoints {
  readonly steps: number[];
  readonly times: number[];
  readonly values: number[];
}

export interface Batch {
  /** The attempt that the record after this batch belongs to. */
  readonly attempt: number;
  /** attempt → metric → points. */
  readonly series: ReadonlyMap<number, ReadonlyMap<string, PendingPoints>>;
  readonly parameters: readonly ParameterRecord[];
  readonly tags: readonly TagRecord[];
  readonly files: readonly (FileRecord | ArtifactRecord)[];
  readonly environment: EnvironmentRecord | null;
  readonly findings: readonly Finding[];
}

/** Sorts records that begin in the given attempt. */
export function sortBatch(records: readonly JournalRecord[], attempt: number): Batch {
  const series = new Map<number, Series>();
  const parameters: ParameterRecord[] = [];
  const tags: TagRecord[] = [];
  const files: (FileRecord | ArtifactRecord)[] = [];
  const findings: Finding[] = [];
  let environment: EnvironmentRecord | null = null;
  let now = attempt;
  let current = seriesOf(series, now);
  for (const record of records) {
    switch (record.kind) {
      case "metric":
        if (Number.isFinite(record.step) && Number.isFinite(record.time))
          current.add("", record.step, record.time, record.values);
        else
          findings.push(
            finding("journal.step", "A step or a time that is no number was left out.", record.time),
          );
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
      case "notice":
        findings.push(finding(record.code, record.text, record.time));
        break;
      case "attempt":
        now = record.attempt;
        current = seriesOf(series, now);
        break;
      default:
        record satisfies never;
    }
  }
  const byName = [...series].map(([of, { byName }]) => [of, byName] as const);
  return { attempt: now, series: new Map(byName), parameters, tags, files, environment, findings };
}

function seriesOf(series: Map<number, Series>, attempt: number): Series {
  const known = series.get(attempt) ?? new Series();
  series.set(attempt, known);
  return known;
}

/** Points of one attempt by metric. Scripts log the same names again and again, so those of the last record are tried first. */
class Series {
  readonly byName = new Map<string, PendingPoints>();
  #names: string[] = [];
  #points: PendingPoints[] = [];

  add(prefix: string, step: number, time: number, values: Readonly<Record<string, number>>): void {
    let at = 0;
    for (const name in values) {
      const key = prefix === "" ? name : prefix + name;
      const points = this.#names[at] === key ? (this.#points[at] as PendingPoints) : this.#find(key, at);
      points.steps.push(step);
      points.times.push(time);
      points.values.push(values[name] as number);
      at++;
    }
  }

  #find(key: string, at: number): PendingPoints {
    const points = this.byName.get(key) ?? { steps: [], times: [], values: [] };
    this.byName.set(key, points);
    this.#names[at] = key;
    this.#points[at] = points;
    return points;
  }
}

function finding(code: string, text: string, time: number): Finding {
  return { code, text, time: Number.isFinite(time) ? time : 0, line: null };
}
