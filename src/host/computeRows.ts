/**
 * The rows of the Compute view as data, kept as objects over refreshes: the editor forgets every row when a whole tree is read again,
 * and with it what a menu was just opened on. Pure.
 */

import { type Gpu, type GpuInstance, gpuUse, placeUse } from "../model/gpu.ts";
import type { Machine, MachineRun } from "../model/hostMachine.ts";
import type { Partition } from "../model/hostPartitions.ts";
import {
  gpuDescription,
  gpuName,
  gpuTooltip,
  machineDescription,
  machineName,
  machineTooltip,
  memoryText,
  whoText,
} from "./computeText.ts";
import { partitionText } from "./jobForm.ts";
import { escapeMarkdown, shorten, withoutIcons } from "./markdown.ts";
import { stateIcon, stateText } from "./runLabel.ts";
import type { Translate } from "./translate.ts";

/** How a row looks and what it holds. */
export interface RowFace {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Markdown; "" for none. */
  readonly tooltip: string;
  /** Codicon and theme color. Shapes differ, so that color is never the only sign. */
  readonly icon: readonly [string, string?];
  /** For menus: `machine.here`, `machine.host.connected`, `gpu.free` …. */
  readonly flags: string;
  readonly expanded: boolean;
  /** The machine it is or belongs to; null for what belongs to none. */
  readonly host: string | null;
  /** A click opens the run, or adds a host. */
  readonly opens: { readonly run: string } | "addHost" | null;
  readonly children: readonly RowFace[];
}

/** Hosts of the person's configuration that nobody has connected stand behind one row when there are more. */
const mostIdle = 8;

/** Machines in their order, this one first. */
export function computeFaces(all: readonly Machine[], now: number, t: Translate): readonly RowFace[] {
  const machines = withOwnCluster(all);
  const isIdle = ({ host, link, from, runs }: Machine) =>
    host !== null && link?.state === "idle" && from === "config" && runs.length === 0;
  const idle = machines.filter(isIdle);
  const folded = idle.length > mostIdle ? idle : [];
  const faces = machines
    .filter((machine) => !folded.includes(machine))
    .map((machine) => machineFace(machine, now, t));
  if (folded.length > 0) {
    const label = t("Hosts of your SSH configuration");
    const children = folded.map((machine) => machineFace(machine, now, t));
    return [
      ...faces,
      { ...plain("configured", label, String(folded.length)), icon: ["list-tree"], children },
    ];
  }
  if (machines.length !== 1) return faces;
  const label = t("Add a host…");
  const hint = { ...plain("add", label, t("to run on another machine over SSH")), opens: "addHost" as const };
  return [...faces, { ...hint, icon: ["add"] }];
}

/** The Slurm of this machine is a machine of its own to whoever chooses one, and what this one sees of it stands there. */
function withOwnCluster(machines: readonly Machine[]): readonly Machine[] {
  const here = machines.find(({ host }) => host === null)?.look ?? null;
  if (here === null || !machines.some(({ from }) => from === "cluster")) return machines;
  const { partitions } = here;
  return machines.map((machine) => {
    if (machine.host === null) return { ...machine, look: { ...here, partitions: [] } };
    return machine.from === "cluster"
      ? { ...machine, look: machine.look ?? { ...here, partitions } }
      : machine;
  });
}

function plain(id: string, label: string, description: string): RowFace {
  const nothing = {
    tooltip: "",
    icon: ["info"] as const,
    expanded: false,
    host: null,
    opens: null,
    children: [],
  };
  return { id, label, description, flags: id.split(":")[0] ?? id, ...nothing };
}

function machineFace(machine: Machine, now: number, t: Translate): RowFace {
  const { host, link, look } = machine;
  const at = `machine:${host ?? ""}`;
  const children = [
    ...notes(machine, at, t),
    ...machine.runs.map((run) => runFace(run, at, host, t)),
    ...(look?.gpus ?? []).map((gpu) => gpuFace(gpu, machine, at, now, t)),
    ...(look?.partitions ?? []).map((partition) => partitionFace(partition, at, host, t)),
  ];
  return {
    id: at,
    label: machineName(machine, t),
    description: machineDescription(machine, now, t),
    tooltip: machineTooltip(machine, now, t),
    icon: machineIcon(machine),
    flags: host === null ? "machine.here" : `machine.host.${link?.state ?? "idle"}`,
    expanded: host === null || machine.from === "cluster" || link?.state === "connected",
    host,
    opens: null,
    children,
  };
}

function machineIcon({ host, from, link, look }: Machine): readonly [string, string?] {
  if (host === null) return ["device-desktop"];
  if (from === "cluster") return ["server", "charts.green"];
  switch (link?.state) {
    case "connected":
      return [look !== null && look.partitions.length > 0 ? "server" : "vm-active", "charts.green"];
    case "connecting":
      return ["loading~spin"];
    case "waiting":
      return ["debug-disconnect", "list.warningForeground"];
    case "asks":
      return ["key", "list.warningForeground"];
    default:
      return ["vm-outline", "descriptionForeground"];
  }
}

/** What keeps a machine from being used, or from being known. */
function notes({ host, link, look, trouble, check }: Machine, at: string, t: Translate): readonly RowFace[] {
  const warning = ["warning", "list.warningForeground"] as const;
  const note = (name: string, text: string, next = ""): RowFace => ({
    ...plain(`note:${at}:${name}`, withoutIcons(shorten(text, 200)), next),
    ...{ icon: warning, host, tooltip: escapeMarkdown(`${text} ${next}`) },
  });
  const linkFailure = link !== null && "failure" in link ? link.failure : null;
  // A look that ended with the connection is no trouble to who has ended it.
  const isLeft = linkFailure !== null || link?.state === "idle";
  const problem = look?.gpuProblem ?? null;
  return [
    ...(linkFailure === null ? [] : [note("link", linkFailure.message, linkFailure.next)]),
    ...(trouble === null || isLeft ? [] : [note("trouble", trouble.message)]),
    ...(problem === null ? [] : [note("gpu", t("GPUs can't be read: {0}", problem))]),
    ...(check?.reasons ?? [])
      .filter(({ level }) => level !== "note")
      .map(({ text }, index) => note(`check-${index}`, text)),
  ];
}

function runFace(run: MachineRun, at: string, host: string | null, t: Translate): RowFace {
  const reason = run.reason ?? (run.state === "running" ? "" : stateText(run.state, t));
  return {
    ...plain(`run:${at}:${run.id}`, withoutIcons(shorten(run.name, 80)), withoutIcons(shorten(reason, 120))),
    ...{ icon: stateIcon(run), host, opens: { run: run.id } },
    tooltip: escapeMarkdown(`${run.name}: ${run.reason ?? stateText(run.state, t)}`),
  };
}

function gpuFace(gpu: Gpu, machine: Machine, at: string, now: number, t: Translate): RowFace {
  const use = gpuUse(gpu);
  const id = `gpu:${at}:${gpu.uuid}`;
  const icons = {
    free: ["circle-large-outline", "charts.green"],
    used: ["circuit-board", "foreground"],
    unusable: ["error", "testing.iconFailed"],
  } as const;
  const mine = gpu.processes.find(({ runId }) => runId !== null && machine.names[runId] !== undefined);
  return {
    ...plain(id, `GPU ${gpu.index} ${gpuName(gpu.name)}`, ""),
    description: gpuDescription(gpu, machine, t),
    tooltip: gpuTooltip(gpu, machine, now, t),
    icon: mine !== undefined ? ["circuit-board", "charts.blue"] : icons[use],
    flags: `gpu.${use}`,
    host: machine.host,
    opens: mine?.runId == null ? null : { run: mine.runId },
    expanded: true,
    children: gpu.instances.map((instance) => instanceFace(instance, id, machine, t)),
  };
}

function instanceFace(instance: GpuInstance, at: string, machine: Machine, t: Translate): RowFace {
  const isFree = placeUse(instance) === "free";
  const parts = [memoryText(instance, t), whoText(instance, machine, t)];
  return {
    ...plain(`instance:${at}:${instance.uuid}`, withoutIcons(instance.profile), parts.join(" · ")),
    ...{ tooltip: instance.uuid, host: machine.host },
    icon: isFree ? ["circle-large-outline", "charts.green"] : ["circuit-board"],
  };
}

function partitionFace(partition: Partition, at: string, host: string | null, t: Translate): RowFace {
  const name = withoutIcons(shorten(partition.name, 60));
  return {
    ...plain(`partition:${at}:${partition.name}`, name, partitionText(partition, t)),
    ...{ icon: ["layers"], host },
  };
}

/** A row that stays the same object while its id stays. */
export interface ComputeRow {
  face: RowFace;
  children: readonly ComputeRow[];
  parent: ComputeRow | null;
}

export class ComputeRows {
  private readonly byId = new Map<string, ComputeRow>();
  private structure = "";

  roots: readonly ComputeRow[] = [];

  /** Takes over new faces. Answers the rows that look different, or null when rows came, went or moved. */
  update(faces: readonly RowFace[]): readonly ComputeRow[] | null {
    const changed: ComputeRow[] = [];
    const seen = new Set<string>();
    const take = (face: RowFace, parent: ComputeRow | null): ComputeRow => {
      seen.add(face.id);
      const known = this.byId.get(face.id);
      const row = known ?? { face, children: [], parent };
      if (known === undefined) this.byId.set(face.id, row);
      else if (looks(known.face) !== looks(face)) changed.push(row);
      row.face = face;
      row.parent = parent;
      row.children = face.children.map((child) => take(child, row));
      return row;
    };
    this.roots = faces.map((face) => take(face, null));
    for (const id of this.byId.keys()) if (!seen.has(id)) this.byId.delete(id);
    const structure = JSON.stringify(faces.map(skeleton));
    const isSame = structure === this.structure;
    this.structure = structure;
    return isSame ? changed : null;
  }
}

/** All of a row but its tooltip, which is asked for when it is shown, and what stands below it. */
function looks({ tooltip: _, children, ...face }: RowFace): string {
  return JSON.stringify([face, children.length]);
}

type Skeleton = readonly [string, readonly Skeleton[]];

function skeleton({ id, children }: RowFace): Skeleton {
  return [id, children.map(skeleton)];
}
