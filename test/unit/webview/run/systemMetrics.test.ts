import { expect, test } from "vitest";
import { systemTitles } from "../../../../webview/run/systemMetrics.ts";

test("the run first, then each GPU by its number, then the machine; unknown names last as they are", () => {
  const names = ["odd", "disk_free_bytes", "gpu10_percent", "host_cpu_percent", "gpu2_fan", "gpu2_watts"];
  const more = ["memory_bytes", "gpu2_run_memory_bytes", "gpu2_percent", "cpu_percent", "constructor"];
  const titles = systemTitles([...names, ...more].map((name) => `system/${name}`));
  expect([...titles.values()]).toEqual([
    "CPU of the run (%)",
    "Memory of the run",
    "GPU 2 utilization (%)",
    "GPU 2 memory of the run",
    "GPU 2 power (W)",
    "GPU 2 fan",
    "GPU 10 utilization (%)",
    "CPU of the machine (%)",
    "Disk space left",
    "constructor",
    "odd",
  ]);
  expect(titles.get("system/cpu_percent")).toBe("CPU of the run (%)");
});
