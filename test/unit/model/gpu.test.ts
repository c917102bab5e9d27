/** Outputs of nvidia-smi of several generations, in the state of several machines, through the same reading as a host's answer. */

import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Gpu, gpuCounts, gpuUse, historyOf } from "../../../src/model/gpu.ts";
import { amdGpus } from "../../../src/model/gpuAmd.ts";
import { gpusOfCsv } from "../../../src/model/gpuCsv.ts";
import { shortCommand } from "../../../src/model/gpuProcesses.ts";
import { lookOf, partMark } from "../../../src/model/hostLook.ts";
import { partitionsOf } from "../../../src/model/hostPartitions.ts";

const folder = path.resolve("test/fixtures/nvidia-smi");

function machine(name: string) {
  const files = fs.readdirSync(path.join(folder, name));
  const text = (file: string) => fs.readFileSync(path.join(folder, name, file), "utf8");
  return lookOf(files.map((file) => `\n${partMark}${file}\n${text(file)}`).join("")).look;
}

/** One line for each GPU, as short as it can be told. */
function told({ gpus, gpuProblem }: ReturnType<typeof machine>): string[] {
  const megabytes = (bytes: number | null) => (bytes === null ? "?" : Math.round(bytes / 2 ** 20));
  const who = (gpu: Pick<Gpu, "processes">) =>
    gpu.processes.map(
      ({ user, command, runId }) => `${user ?? "?"}:${command ?? "?"}${runId === null ? "" : "*"}`,
    );
  const lines = gpus.flatMap((gpu) => [
    [
      ...[
        gpu.index,
        gpu.name,
        gpuUse(gpu),
        gpu.busy ?? "?",
        `${megabytes(gpu.memoryUsedBytes)}/${megabytes(gpu.memoryBytes)}`,
      ],
      ...(gpu.slowed ? ["slowed"] : []),
      ...(gpu.unwell === null ? [] : [gpu.unwell]),
      ...(gpu.instances.length > 0 ? [] : who(gpu)),
    ].join(" "),
    ...gpu.instances.map((instance) =>
      [
        `  ${instance.profile}`,
        `${megabytes(instance.memoryUsedBytes)}/${megabytes(instance.memoryBytes)}`,
        ...who(instance),
      ].join(" "),
    ),
  ]);
  return gpuProblem === null ? lines : [...lines, `! ${gpuProblem}`];
}

test.each([
  [
    "a100",
    [
      "0 NVIDIA A100-SXM4-80GB used 97 38912/81920 ana:train.py*",
      "1 NVIDIA A100-SXM4-80GB used 0 12288/81920 maria:ipykernel_launcher",
      "2 NVIDIA A100-SXM4-80GB free 0 7/81920",
      "3 NVIDIA A100-SXM4-80GB used 100 80112/81920 slowed li-wei-the-third-of-his-name:pretrain.py li-wei-the-third-of-his-name:pretrain.py",
    ],
  ],
  [
    "h100-mig",
    [
      "0 NVIDIA H100 80GB HBM3 free ? 23478/81559",
      "  3g.40gb 23440/40320 ana:finetune.py",
      "  1g.10gb+me 12/9856",
      "1 NVIDIA H100 80GB HBM3 free 0 3/81559",
    ],
  ],
  ["consumer", ["0 NVIDIA GeForce RTX 3090 used 14 1893/24576"]],
  ["kepler", ["0 Tesla K80 free 0 0/11441", "1 Quadro K620 free ? 214/1999"]],
  ["restricted", ["0 NVIDIA A100-PCIE-40GB unusable ? 1520/40960"]],
  [
    "broken",
    [
      "0 Tesla V100-SXM2-32GB unusable ? 0/32768 ERR!",
      "1 Tesla V100-SXM2-32GB free 0 0/32768",
      "! Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost. Reboot the system to recover this GPU",
    ],
  ],
  [
    "no-driver",
    [
      "! NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running",
    ],
  ],
  ["mismatch", ["! Failed to initialize NVML: Driver/library version mismatch"]],
  ["none", []],
  ["container", ["0 NVIDIA L4 used 88 20544/23034"]],
  ["unnamed", ["0 NVIDIA L4 used 88 20544/23034 ?:?"]],
])("%s", (name, lines) => {
  expect(told(machine(name))).toEqual(lines);
});

test("free places are counted, instances of a divided GPU one each, and what nobody may use is none", () => {
  expect(gpuCounts(machine("a100").gpus)).toEqual({ free: 1, total: 4 });
  expect(gpuCounts(machine("h100-mig").gpus)).toEqual({ free: 2, total: 3 });
  expect(gpuCounts(machine("restricted").gpus)).toEqual({ free: 0, total: 0 });
  expect(gpuCounts(machine("broken").gpus)).toEqual({ free: 1, total: 1 });
});

test("a run's mark says whose process it is, and since when", () => {
  const [first] = machine("a100").gpus[0]?.processes ?? [];
  expect(first).toEqual({
    pid: 41230,
    user: "ana",
    command: "train.py",
    runningMs: 193_000,
    memoryBytes: 38902 * 2 ** 20,
    runId: "019a2b3c4d5e7f60718293a4b5c6d7e8",
  });
});

test.each([
  ["/opt/conda/bin/python -u pretrain.py --token=hf_secret", "pretrain.py"],
  ["python3 -m ipykernel_launcher -f /x/kernel.json", "ipykernel_launcher"],
  ["torchrun --nproc-per-node 8 src/train.py --password hunter2", "train.py"],
  ["python -c import os; os.environ['TOKEN']='x'", "python"],
  ["python -W ignore --key AKIAIOSFODNN7EXAMPLE", "python"],
  ["./a.out --password hunter2", "a.out"],
  ["-bash", "bash"],
  ["/usr/lib/xorg/Xorg vt2", "Xorg"],
  ["ray::IDLE", "ray::IDLE"],
  ["", ""],
])("%s is told as %s", (args, short) => {
  expect(shortCommand(args)).toBe(short);
});

test("whatever a host answers, its look is read without a throw and never beyond its bounds", () => {
  const names = ["facts", "fields", "gpus", "apps", "ps", "marks", "list", "xml", "amdmetric", "sinfo"];
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("0, GPU-1, x, 5", "index,uuid,name,utilization.gpu", "<gpu><uuid>GPU-1</uuid>", "[{}]"),
  );
  const parts = fc.array(fc.tuple(fc.constantFrom(...names), fc.array(line, { maxLength: 6 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(parts, (all) => {
      const { look } = lookOf(
        all.map(([name, lines]) => `${partMark}${name}\n${lines.join("\n")}\n`).join(""),
      );
      for (const gpu of look.gpus) expect(gpu.uuid).not.toBe("");
    }),
  );
  const many = Array.from({ length: 5_000 }, (_, at) => `${at}, GPU-${at}, x`).join("\n");
  expect(gpusOfCsv(["index", "uuid", "name"], many).gpus).toHaveLength(64);
});

test("a GPU is idle for as long as nothing was seen of it, up to now", () => {
  const at = (minute: number, busy: number) => ({ time: minute * 60_000, busy });
  expect(historyOf([])).toEqual({ busy: [], idleMs: 0 });
  expect(historyOf([at(0, 90), at(1, 0), at(2, 1), at(4, 0)])).toEqual({
    busy: [90, 0, 1, 0],
    idleMs: 180_000,
  });
  expect(historyOf([at(0, 0), at(1, 40)]).idleMs).toBe(0);
});

test("amd-smi is read in the shapes that its releases have", () => {
  const metric = (used: unknown) => ({
    gpu: 0,
    usage: { gfx_activity: { value: 42, unit: "%" }, vcn_activity: ["N/A", { value: 0, unit: "%" }] },
    power: { socket_power: { value: 151, unit: "W" } },
    temperature: { edge: "N/A", hotspot: { value: 48, unit: "C" } },
    mem_usage: { total_vram: { value: 196592, unit: "MB" }, used_vram: used },
  });
  const fixed = JSON.stringify([
    { gpu: 0, asic: { market_name: "AMD Instinct MI300X", asic_serial: "0xBEEF" } },
  ]);
  const list = JSON.stringify([
    {
      gpu: 0,
      process_list: [{ process_info: { pid: 77, memory_usage: { vram_mem: { value: 2048, unit: "MB" } } } }],
    },
  ]);
  const old = amdGpus(JSON.stringify([metric({ value: 2300, unit: "MB" })]), fixed, list);
  expect(old.gpus[0]).toMatchObject({
    name: "AMD Instinct MI300X",
    busy: 42,
    memoryUsedBytes: 2300 * 2 ** 20,
    watts: 151,
  });
  expect(old.apps).toEqual([{ gpu: "0xBEEF", pid: 77, memoryBytes: 2048 * 2 ** 20 }]);
  const newer = amdGpus(
    JSON.stringify({ gpu_data: [metric("N/A")] }),
    "",
    '[{"gpu":0,"process_list":"No running processes"}]',
  );
  expect(newer.gpus[0]).toMatchObject({ name: "AMD GPU", busy: 42, memoryUsedBytes: null, celsius: 48 });
  expect(newer.apps).toEqual([]);
  expect(amdGpus("ERROR: amdgpu driver not loaded", "[", "{}")).toEqual({ gpus: [], apps: [] });
});

test("partitions of a cluster are added up from their nodes", () => {
  const row = (...words: string[]) =>
    [100, 100, 40, 300, 300, 40].map((width, at) => (words[at] ?? "").padEnd(width)).join("");
  const text = [
    row("gpu*", "n1", "mixed", "gpu:a100:4(S:0-1)", "gpu:a100:1(IDX:0)", "6/26/0/32"),
    row("gpu*", "n2", "idle", "gpu:a100:4(S:0-1),gpu:t4:2", "gpu:a100:0(IDX:N/A)", "0/16/0/16"),
    row("gpu*", "n3", "drained", "gpu:a100:4", "gpu:a100:0", "0/0/32/32"),
    row("cpu", "n9", "allocated", "(null)", "gpu:0", "N/A"),
    "slurm_load_partitions: Unable to contact slurm controller",
  ].join("\n");
  expect(partitionsOf(text)).toEqual([
    {
      name: "gpu",
      isDefault: true,
      nodes: 3,
      openNodes: 2,
      freeNodes: 1,
      cpus: 48,
      freeCpus: 42,
      gpus: 14,
      freeGpus: 9,
    },
    {
      name: "cpu",
      isDefault: false,
      nodes: 1,
      openNodes: 1,
      freeNodes: 0,
      cpus: 0,
      freeCpus: 0,
      gpus: 0,
      freeGpus: 0,
    },
  ]);
});
