/**
 * Watches machines for as long as somebody asks: whoever shows them asks again and again, and gets what is known at once; looks that are
 * due begin meanwhile. Nobody asks, nothing is looked at.
 */

import type { Hosts } from "../compute/compute.ts";
import { type Failure, failureOf } from "../model/failure.ts";
import { type GpuSample, historyMs, historyOf } from "../model/gpu.ts";
import type { HostEntry } from "../model/host.ts";
import type { Machine, MachineLook } from "../model/hostMachine.ts";
import type { Run, RunState } from "../model/run.ts";
import type { Store } from "../store/store.ts";

export interface MachineParts {
  readonly hosts: Hosts;
  /** Null where there is none yet. */
  readonly store: () => Promise<Store | null>;
  /** A look brought something new. */
  readonly changed: () => void;
  readonly clock: () => number;
}

export interface MachineWatch {
  /** This machine first, then the hosts in their order. Never waits for a machine. */
  list(): Promise<readonly Machine[]>;
  /** One machine after a fresh look, if that can be had in a few seconds. Null: this machine. */
  look(host: string | null): Promise<Machine | null>;
}

const soonestMs = 4_000;
/** Tools that take longer are asked seldom: they wake up GPUs, or the driver is unwell. */
const slowMs = 2_000;
const longestPauseMs = 60_000;
const patienceMs = 3_000;
const active: readonly RunState[] = ["queued", "running", "orphaned"];
const mostRuns = 500;
/** As runs of this machine have it. */
const here = "here";

interface Watched {
  look: MachineLook | null;
  trouble: Failure | null;
  readonly samples: Map<string, GpuSample[]>;
  looking: Promise<void> | null;
  /** By the steady clock. */
  due: number;
  pauseMs: number;
}

export function machineWatch({ hosts, store, changed, clock }: MachineParts): MachineWatch {
  const watched = new Map<string | null, Watched>();

  function of(host: string | null): Watched {
    const known = watched.get(host);
    if (known !== undefined) return known;
    const fresh = {
      look: null,
      trouble: null,
      samples: new Map(),
      looking: null,
      due: 0,
      pauseMs: soonestMs,
    };
    watched.set(host, fresh);
    return fresh;
  }

  /** One look in flight for each machine, and a pause between two that grows with what they cost. */
  function lookIfDue(host: string | null): Promise<void> {
    const machine = of(host);
    if (machine.looking !== null) return machine.looking;
    if (performance.now() < machine.due) return Promise.resolve();
    const looking = lookNow(host, machine).finally(() => {
      machine.looking = null;
      machine.due = performance.now() + machine.pauseMs;
      changed();
    });
    machine.looking = looking;
    return looking;
  }

  async function lookNow(host: string | null, machine: Watched): Promise<void> {
    const began = performance.now();
    try {
      const look = await hosts.look(host);
      if (look === null) return;
      remember(machine, look);
      machine.trouble = null;
    } catch (thrown) {
      machine.trouble = failureOf(thrown);
    }
    const isSlow = performance.now() - began > slowMs;
    machine.pauseMs = isSlow ? Math.min(longestPauseMs, machine.pauseMs * 2) : soonestMs;
  }

  function remember(machine: Watched, look: MachineLook): void {
    machine.look = look;
    const oldest = clock() - historyMs;
    const seen = new Set(look.gpus.map(({ uuid }) => uuid));
    for (const uuid of machine.samples.keys()) if (!seen.has(uuid)) machine.samples.delete(uuid);
    for (const { uuid, busy } of look.gpus) {
      if (busy === null) continue;
      const samples = (machine.samples.get(uuid) ?? []).filter(({ time }) => time >= oldest);
      machine.samples.set(uuid, [...samples, { time: look.time, busy }]);
    }
  }

  async function machinesOf(entries: readonly (HostEntry | null)[]): Promise<readonly Machine[]> {
    const runs = await runsOf(entries, store);
    return entries.map((entry) => {
      const { look, trouble, samples } = of(entry?.name ?? null);
      const own = runs.active.filter(({ host }) => host === (entry?.name ?? here));
      const ids = look?.gpus.flatMap((gpu) => gpu.processes.flatMap(({ runId }) => runId ?? [])) ?? [];
      return {
        host: entry?.name ?? null,
        from: entry?.from ?? null,
        link: entry?.link ?? null,
        check: entry?.check ?? null,
        look,
        trouble,
        history: Object.fromEntries([...samples].map(([uuid, all]) => [uuid, historyOf(all)])),
        runs: own.map(({ id, name, state, reason }) => ({ id, name, state, reason })),
        names: Object.fromEntries(
          ids.flatMap((id) => (runs.names.has(id) ? [[id, runs.names.get(id) ?? ""]] : [])),
        ),
      };
    });
  }

  async function runsOf(
    entries: readonly (HostEntry | null)[],
    opened: MachineParts["store"],
  ): Promise<{ readonly active: readonly Run[]; readonly names: ReadonlyMap<string, string> }> {
    const ids = entries.flatMap((entry) => {
      const gpus = of(entry?.name ?? null).look?.gpus ?? [];
      return gpus.flatMap((gpu) => gpu.processes.flatMap(({ runId }) => runId ?? []));
    });
    const store = await opened().catch(() => null);
    if (store === null) return { active: [], names: new Map() };
    const found = await store.runs.list({ states: active, limit: mostRuns });
    const missing = [...new Set(ids)].filter((id) => !found.some((run) => run.id === id));
    const others = missing.length === 0 ? [] : await store.runs.list({ ids: missing, limit: mostRuns });
    return { active: found, names: new Map([...found, ...others].map(({ id, name }) => [id, name])) };
  }

  return {
    async list() {
      const entries = await hosts.list();
      void lookIfDue(null);
      for (const { name, link } of entries) if (link.state === "connected") void lookIfDue(name);
      for (const name of watched.keys())
        if (name !== null && !entries.some((entry) => entry.name === name)) watched.delete(name);
      return machinesOf([null, ...entries]);
    },
    async look(host) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, patienceMs).unref());
      await Promise.race([lookIfDue(host), late]);
      const entry = host === null ? null : (await hosts.list()).find(({ name }) => name === host);
      if (entry === undefined) return null;
      return (await machinesOf([entry]))[0] ?? null;
    },
  };
}
