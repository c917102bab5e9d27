import { expect, test } from "vitest";
import { stepOf } from "../../../../webview/shared/axis.ts";
import { metricUnit } from "../../../../webview/shared/metricUnit.ts";

const gigabyte = 1024 ** 3;

test.each([
  [
    "disk_free_bytes",
    [223 * gigabyte, 223.2 * gigabyte, 223.4 * gigabyte],
    ["223 GB", "223.2 GB", "223.4 GB"],
  ],
  ["memory_bytes", [0, 512, 1024], ["0 B", "512 B", "1 KB"]],
  ["cpu_percent", [0, 50, 100], ["0%", "50%", "100%"]],
  ["tokens", [1_000_000, 1_000_001, 1_000_002], ["1000000", "1000001", "1000002"]],
  ["loss", [0.1, 0.2, 0.3], ["0.1", "0.2", "0.3"]],
  ["loss", [5], ["5"]],
])("ticks of %s at %j differ from their neighbors", (key, ticks, texts) => {
  const unit = metricUnit(key);
  expect(ticks.map((tick) => unit.tick(tick, stepOf(ticks)))).toEqual(texts);
});
