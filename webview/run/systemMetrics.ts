/** What the recorder measures of a run and its machine, in words and in the order a person asks for it. Pure. */

import { naturally } from "../shared/metricGroups.ts";

export const systemPrefix = "system/";

const ofRun: Readonly<Record<string, string>> = {
  cpu_percent: "CPU of the run (%)",
  memory_bytes: "Memory of the run",
};
const ofGpu: Readonly<Record<string, string>> = {
  percent: "utilization (%)",
  run_memory_bytes: "memory of the run",
  memory_bytes: "memory in use",
  memory_total_bytes: "memory in all",
  celsius: "temperature (°C)",
  watts: "power (W)",
};
const ofHost: Readonly<Record<string, string>> = {
  host_cpu_percent: "CPU of the machine (%)",
  host_memory_used_bytes: "Memory of the machine",
  disk_free_bytes: "Disk space left",
};

/** Keys of system metrics → titles, in the order in which their charts stand: the run, each GPU, the machine, then what is not known here. */
export function systemTitles(keys: readonly string[]): ReadonlyMap<string, string> {
  const named = keys.map((key) => ({ key, ...placed(key.slice(systemPrefix.length)) }));
  named.sort((a, b) => a.rank - b.rank || a.gpu - b.gpu || a.place - b.place || naturally(a.key, b.key));
  return new Map(named.map(({ key, title }) => [key, title]));
}

interface Placed {
  readonly rank: number;
  readonly gpu: number;
  readonly place: number;
  readonly title: string;
}

function placed(name: string): Placed {
  const [, index, what = ""] = /^gpu(\d+)_(.+)$/.exec(name) ?? [];
  if (index !== undefined)
    return {
      rank: 1,
      gpu: Number(index),
      place: placeIn(ofGpu, what),
      title: `GPU ${index} ${ofGpu[what] ?? what}`,
    };
  if (Object.hasOwn(ofRun, name))
    return { rank: 0, gpu: 0, place: placeIn(ofRun, name), title: ofRun[name] ?? name };
  if (Object.hasOwn(ofHost, name))
    return { rank: 2, gpu: 0, place: placeIn(ofHost, name), title: ofHost[name] ?? name };
  return { rank: 3, gpu: 0, place: 0, title: name };
}

/** Names that a table does not hold come after those that it does. */
function placeIn(titles: Readonly<Record<string, string>>, name: string): number {
  const place = Object.keys(titles).indexOf(name);
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}
