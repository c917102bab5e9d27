import { expect, test } from "vitest";
import { ComputeRows, computeFaces, type RowFace } from "../../../src/host/computeRows.ts";
import { gpuName, machineTooltip } from "../../../src/host/computeText.ts";
import { machineDiagnostics } from "../../../src/host/machineDiagnostics.ts";
import { plain as t } from "../../../src/host/translate.ts";
import { failure } from "../../../src/model/failure.ts";
import { type Gpu, percentLine } from "../../../src/model/gpu.ts";
import type { Machine, MachineLook } from "../../../src/model/hostMachine.ts";

const now = Date.UTC(2026, 10, 22, 12);

const gpu = (given: Partial<Gpu> = {}): Gpu => ({
  ...{ uuid: "GPU-1", index: 0, name: "NVIDIA A100-SXM4-80GB", driver: "550.54", busy: 97 },
  ...{ memoryUsedBytes: 38 * 2 ** 30, memoryBytes: 80 * 2 ** 30, celsius: 64, watts: 391, wattsLimit: 400 },
  ...{ slowed: false, memoryErrors: 0, prohibited: false, persistent: true, unwell: null },
  ...{ instances: [], processes: [] },
  ...given,
});

const look = (given: Partial<MachineLook> = {}): MachineLook => ({
  ...{
    time: now - 4_000,
    tookMs: 80,
    user: "ana",
    cores: 2,
    load: 0.5,
    memoryBytes: 8e9,
    memoryFreeBytes: 4e9,
  },
  ...{ gpus: [], gpuProblem: null, partitions: [] },
  ...given,
});

const machine = (given: Partial<Machine> = {}): Machine => ({
  ...{
    host: null,
    from: null,
    link: null,
    check: null,
    look: look(),
    trouble: null,
    history: {},
    runs: [],
    names: {},
  },
  ...given,
});

const host = (name: string, given: Partial<Machine> = {}): Machine =>
  machine({ host: name, from: "config", link: { state: "connected", since: 0 }, ...given });

/** The tree as it is read, indented. */
function told(faces: readonly RowFace[], indent = ""): string[] {
  return faces.flatMap(({ label, description, children }) => [
    `${indent}${label}  ${description}`.trimEnd(),
    ...told(children, `${indent}  `),
  ]);
}

const shown = (...machines: Machine[]) => told(computeFaces(machines, now, t));

test("this machine and a way to another one", () => {
  const running = { id: "a", name: "brave-otter", state: "running", reason: null } as const;
  expect(shown(machine({ runs: [running] }))).toEqual([
    "This machine  2 cores, load 0.5 · 1 running",
    "  brave-otter",
    "Add a host…  to run on another machine over SSH",
  ]);
});

test("a host with GPUs says who uses them, own runs by name, and how old that is", () => {
  const process = {
    pid: 7,
    user: "maria",
    command: "jupyter",
    runningMs: 10_800_000,
    memoryBytes: 1,
    runId: null,
  };
  const gpus = [
    gpu({ processes: [{ ...process, user: "ana", runId: "r1" }] }),
    gpu({
      uuid: "GPU-2",
      index: 1,
      busy: 0,
      processes: [process, { ...process, pid: 8, user: null, command: null }],
    }),
    gpu({ uuid: "GPU-3", index: 2, busy: 0, memoryUsedBytes: 0 }),
    gpu({ uuid: "GPU-4", index: 3, busy: null, memoryUsedBytes: null, unwell: "ERR!" }),
  ];
  const history = { "GPU-1": { busy: [0, 50, 100], idleMs: 0 }, "GPU-2": { busy: [0, 0], idleMs: 180_000 } };
  const box = host("gpu-box", {
    look: look({ gpus, time: now - 64_000 }),
    history,
    names: { r1: "brave-otter" },
  });
  expect(shown(machine(), box).slice(1)).toEqual([
    "gpu-box  1/3 GPUs free · 1 min ago",
    "  GPU 0 A100  97% · you: brave-otter · 38/80 GB ▁▄▇",
    "  GPU 1 A100  0% · maria: jupyter and 1 more, idle 3:00 min · 38/80 GB ▁▁",
    "  GPU 2 A100  0% · free · 0/80 GB",
    "  GPU 3 A100  not well: ERR! · 80 GB",
  ]);
  expect(machineDiagnostics(box, now)).not.toMatch("brave-otter");
});

test("instances of a divided GPU stand below it", () => {
  const instance = {
    uuid: "MIG-1",
    profile: "3g.40gb",
    place: ["1", "0"],
    memoryUsedBytes: 0,
    memoryBytes: 40 * 2 ** 30,
    processes: [],
  } as const;
  const divided = gpu({
    busy: null,
    instances: [instance, { ...instance, uuid: "MIG-2", memoryUsedBytes: 20 * 2 ** 30 }],
  });
  expect(shown(machine({ look: look({ gpus: [divided] }) }))).toEqual([
    "This machine  1/2 GPUs free",
    "  GPU 0 A100  1/2 instances free · 38/80 GB",
    "    3g.40gb  0/40 GB · free",
    "    3g.40gb  20/40 GB · in use",
    "Add a host…  to run on another machine over SSH",
  ]);
});

test("a cluster, a host that is away, and one that asks", () => {
  const cores = { freeNodes: 1, cpus: 48, freeCpus: 42 };
  const partition = { name: "gpu", isDefault: true, nodes: 3, openNodes: 2, ...cores, gpus: 14, freeGpus: 9 };
  const gone = failure("hostUnreachable", {
    host: "far",
    cause: "it does not answer",
    step: "Check the network.",
  });
  const away = { state: "waiting", since: 0, retryAt: now + 12_000, failure: gone } as const;
  const asks = { state: "asks", since: 0, failure: failure("hostKeyUnknown", { host: "new" }) } as const;
  expect(
    shown(
      machine(),
      host("cluster", { look: look({ partitions: [partition] }) }),
      host("far", { link: away, look: look({ time: now - 3_600_000 }) }),
      host("new", { link: asks, look: null }),
    ).slice(1),
  ).toEqual([
    "cluster  gpu: 9/14 GPUs free · now",
    "  gpu  9/14 GPUs free · 2/3 nodes up · default",
    "far  not reachable, again in 12 s · 2 cores, load 0.5 · 1 h ago",
    "  Could not reach far: it does not answer.  Check the network. Runs there go on meanwhile.",
    "new  needs you to sign in",
    expect.stringMatching(/^ {2}The key of new is not known yet/),
  ]);
});

test("many hosts that nobody has connected stand behind one row", () => {
  const idle = (name: string) => host(name, { look: null, link: { state: "idle", since: 0 } });
  const many = Array.from({ length: 40 }, (_, at) => idle(`box-${at}`));
  const faces = computeFaces([machine(), host("near"), ...many], now, t);
  expect(faces.map(({ label }) => label)).toEqual([
    "This machine",
    "near",
    "Hosts of your SSH configuration",
  ]);
  expect(faces.at(-1)?.children).toHaveLength(40);
});

test("words from a host become neither icons nor markup", () => {
  const evil = host("box", { look: look({ gpuProblem: "$(error) **x** [a](command:b)", user: "$(bug)" }) });
  const [, box] = computeFaces([machine(), evil], now, t);
  expect(box?.children[0]?.label).not.toContain("$(error)");
  expect(machineTooltip(evil, now, t)).not.toMatch(/\$\(bug\)|\]\(command/);
});

test("rows stay the same objects while they are there, and only those that look different are told", () => {
  const rows = new ComputeRows();
  const at = (busy: number, ...others: Machine[]) =>
    computeFaces([machine({ look: look({ gpus: [gpu({ busy })] }) }), ...others], now, t);
  expect(rows.update(at(1))).toBeNull();
  const here = rows.roots[0];
  expect(rows.update(at(1))).toEqual([]);
  expect(rows.update(at(2))?.map(({ face }) => face.id)).toEqual(["gpu:machine::GPU-1"]);
  expect(rows.update(at(2, host("box")))).toBeNull();
  expect(rows.roots[0]).toBe(here);
  expect(here?.children[0]?.parent).toBe(here);
});

test("a line of percents is drawn from 0 to 100 and keeps every peak", () => {
  expect(percentLine([0, 50, 100], 8)).toBe("▁▄▇");
  expect(percentLine([0, 0, 0, 0, 90, 0, 0, 0], 4)).toBe("▁▁▆▁");
  expect(percentLine([Number.NaN, 400, -3], 8)).toHaveLength(3);
  expect(percentLine([], 8)).toBe("");
});

test.each([
  ["NVIDIA A100-SXM4-80GB", "A100"],
  ["NVIDIA H100 80GB HBM3", "H100"],
  ["NVIDIA GeForce RTX 3090", "RTX 3090"],
  ["NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada Generation"],
  ["Tesla V100-SXM2-32GB", "V100"],
  ["NVIDIA A100-PCIE-40GB", "A100"],
  ["AMD Instinct MI300X", "MI300X"],
  ["NVIDIA L4", "L4"],
])("%s is called %s", (name, short) => {
  expect(gpuName(name)).toBe(short);
});

test("the Slurm of this machine stands for itself, with what this machine sees of it", () => {
  const cores = { freeNodes: 1, cpus: 4, freeCpus: 2 };
  const partition = { name: "gpu", isDefault: true, nodes: 1, openNodes: 1, ...cores, gpus: 2, freeGpus: 1 };
  const shared = { ...partition, name: "urgent", isDefault: false };
  const here = machine({ look: look({ partitions: [shared, partition] }) });
  const own = host("slurm", { from: "cluster", link: { state: "idle", since: 0 }, look: null });
  expect(shown(here, own)).toEqual([
    "This machine  2 cores, load 0.5",
    "slurm  of this machine · gpu: 1/2 GPUs free · now",
    "  urgent  1/2 GPUs free · 1/1 nodes up",
    "  gpu  1/2 GPUs free · 1/1 nodes up · default",
  ]);
  // What stands for jobs of its own is no connection that has to be opened first.
  expect(computeFaces([here, own], now, t).map(({ flags, expanded }) => [flags, expanded])).toEqual([
    ["machine.here", true],
    ["machine.host.idle", true],
  ]);
});
