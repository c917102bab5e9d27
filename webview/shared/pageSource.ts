/** The charts' data by way of a page's host. */

import type { SeriesRef } from "../../src/model/metric.ts";
import type { Changed, RawPoints, Requests } from "../../src/protocol/editor.ts";
import type { MetricSource } from "./metricSource.ts";
import type { Host } from "./rpc.ts";

type ChartCalls = Pick<Requests, "metrics/columns" | "metrics/points" | "metrics/beyond"> & {
  "page/saveFile": [{ readonly name: string; readonly base64: string }, null];
  "page/showLog": [Record<string, never>, null];
};

/** What of a page's host the charts need. */
export interface ChartHost {
  call: Host<ChartCalls, never, never>["call"];
  act: Host<ChartCalls, never, never>["act"];
  on(name: "changed", listener: (value: Changed) => void): () => void;
}

/** `bands` is given by pages that show groups. */
export function pageSource(host: ChartHost, bands?: NonNullable<MetricSource["bands"]>): MetricSource {
  return {
    columns: (query, signal) => host.call("metrics/columns", query, { signal }),
    ...(bands === undefined ? {} : { bands }),
    beyond: (query, signal) => host.call("metrics/beyond", query, { signal }),
    points: (series: SeriesRef): Promise<RawPoints | undefined> => host.act("metrics/points", series),
    save: async (name, content) => {
      await host.act("page/saveFile", { name, base64: await base64Of(content) });
    },
    onChanged: (listener) => host.on("changed", listener),
    showLog: () => void host.act("page/showLog", {}),
  };
}

function base64Of(content: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(content);
  });
}
