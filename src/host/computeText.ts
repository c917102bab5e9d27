/** Machines and GPUs in words, for rows of the Compute view and for who chooses one. Pure. */

import { formatAgo, formatBytes, formatDuration } from "../model/format.ts";
import {
  type Gpu,
  type GpuHistory,
  gpuCounts,
  gpuUse,
  heldIdleMs,
  percentLine,
  placeUse,
} from "../model/gpu.ts";
import type { Machine } from "../model/hostMachine.ts";
import { escapeMarkdown, markdownTable, shorten, withoutIcons } from "./markdown.ts";
import type { Translate } from "./translate.ts";

export function machineName({ host }: Pick<Machine, "host">, t: Translate): string {
  return host === null ? t("This machine") : withoutIcons(host);
}

/** `2/8 GPUs free · now · 1 running`. How old it is stands right behind what was looked up. */
export function machineDescription(machine: Machine, now: number, t: Translate): string {
  return [linkText(machine, now, t), ...lookTexts(machine, t), ageText(machine, now), runsText(machine, t)]
    .filter((text) => text !== "")
    .join(" · ");
}

function linkText({ link, from }: Machine, now: number, t: Translate): string {
  switch (link?.state) {
    case "connecting":
      return t("connecting…");
    case "waiting": {
      const seconds = Math.max(0, Math.round((link.retryAt - now) / 1000));
      return t("not reachable, again in {0} s", seconds);
    }
    case "asks":
      return t("needs you to sign in");
    case "idle":
      if (from === "cluster") return t("of this machine");
      return from === "runs" ? t("not connected, has runs") : t("not connected");
    default:
      return "";
  }
}

function lookTexts({ look, link }: Machine, t: Translate): readonly string[] {
  if (look === null) return [];
  const { free, total } = gpuCounts(look.gpus);
  if (look.gpus.length > 0) return [t("{0}/{1} GPUs free", free, total)];
  const usual = look.partitions.find(({ isDefault, gpus }) => isDefault && gpus > 0) ?? look.partitions[0];
  // Partitions share nodes, so that their GPUs don't add up.
  if (usual !== undefined && usual.gpus > 0)
    return [t("{0}: {1}/{2} GPUs free", withoutIcons(usual.name), usual.freeGpus, usual.gpus)];
  if (usual !== undefined) return [t("Slurm")];
  if (link?.state === "idle" || look.cores === null) return [];
  const cores = look.cores === 1 ? t("1 core") : t("{0} cores", look.cores);
  return [look.load === null ? cores : t("{0}, load {1}", cores, look.load.toFixed(1))];
}

function runsText({ runs }: Machine, t: Translate): string {
  const queued = runs.filter(({ state }) => state === "queued").length;
  const running = runs.length - queued;
  return [running > 0 ? t("{0} running", running) : "", queued > 0 ? t("{0} queued", queued) : ""]
    .filter((text) => text !== "")
    .join(", ");
}

function ageText({ look, host }: Machine, now: number): string {
  if (look === null) return "";
  const age = now - look.time;
  // What stands right before one's eyes is taken to be so; only this machine can be that near.
  return host === null && age < 15_000 ? "" : formatAgo(age);
}

/** `97% · you: brave-otter · 38/80 GB ▇▇▆`: what matters first, since a side bar is narrow. */
export function gpuDescription(gpu: Gpu, machine: Machine, t: Translate): string {
  const history = machine.history[gpu.uuid];
  const line = history === undefined || history.busy.length < 2 ? "" : percentLine(history.busy, 6);
  return [
    gpu.busy === null ? "" : `${Math.round(gpu.busy)}%`,
    useText(gpu, machine, t) + idleText(gpu, history, t),
    gpu.slowed ? t("slowed down") : "",
    [memoryText(gpu, t), line].filter((text) => text !== "").join(" "),
  ]
    .filter((text) => text !== "")
    .join(" · ");
}

/** `NVIDIA A100-SXM4-80GB` is an `A100`: how much memory it has stands behind it anyway. */
export function gpuName(name: string): string {
  const short = name
    .replace(/^(?:NVIDIA|AMD)\s+/, "")
    .replace(/^(?:GeForce|Tesla|Quadro|Instinct|Radeon)\s+/, "")
    .replace(/[-\s](?:SXM\d?|PCIe?|HBM\de?|NVL|OAM|\d+ ?GB).*$/i, "");
  return withoutIcons(shorten(short === "" ? name : short, 40));
}

export function memoryText(
  { memoryUsedBytes: used, memoryBytes: total }: Pick<Gpu, "memoryUsedBytes" | "memoryBytes">,
  t: Translate,
): string {
  if (total === null) return used === null ? "" : formatBytes(used);
  if (used === null) return formatBytes(total);
  const gigabytes = (bytes: number) => Math.round(bytes / 2 ** 30);
  return t("{0}/{1} GB", gigabytes(used), gigabytes(total));
}

function useText(gpu: Gpu, machine: Machine, t: Translate): string {
  if (gpu.unwell !== null) return t("not well: {0}", gpu.unwell);
  if (gpu.prohibited) return t("closed for computing");
  if (gpu.instances.length > 0) {
    const free = gpu.instances.filter((instance) => placeUse(instance) === "free").length;
    return t("{0}/{1} instances free", free, gpu.instances.length);
  }
  return whoText(gpu, machine, t);
}

/** Who uses a whole GPU or an instance: own runs by name, others by person and program. */
export function whoText(
  place: Pick<Gpu, "processes" | "memoryUsedBytes">,
  { names, look }: Pick<Machine, "names" | "look">,
  t: Translate,
): string {
  const who = place.processes.map(({ user, command, runId }) => {
    const name = runId === null ? undefined : names[runId];
    if (name !== undefined) return t("you: {0}", shorten(name, 40));
    const person = user === null ? t("somebody") : user === look?.user ? t("you") : user;
    return command === null || command === "" ? person : `${person}: ${command}`;
  });
  const [first, ...more] = [...new Set(who)];
  if (first === undefined) return placeUse(place) === "used" ? t("in use") : t("free");
  return withoutIcons(more.length === 0 ? first : t("{0} and {1} more", first, more.length));
}

/** Memory that somebody holds without computing: worth a word to them. */
function idleText(gpu: Gpu, history: GpuHistory | undefined, t: Translate): string {
  if (gpuUse(gpu) !== "used" || gpu.instances.length > 0) return "";
  const idleMs = history?.idleMs ?? 0;
  return idleMs < heldIdleMs ? "" : `, ${t("idle {0}", formatDuration(idleMs))}`;
}

/** Everything that is known of a GPU, as Markdown. */
export function gpuTooltip(gpu: Gpu, machine: Machine, now: number, t: Translate): string {
  const rows: (readonly [string, string])[] = [];
  const add = (name: string, value: string | null) => {
    if (value !== null && value !== "") rows.push([name, escapeMarkdown(value)]);
  };
  add(t("Busy"), gpu.busy === null ? t("not told") : `${Math.round(gpu.busy)} %`);
  add(t("Memory"), memoryText(gpu, t));
  const idleMs = machine.history[gpu.uuid]?.idleMs ?? 0;
  if (gpuUse(gpu) === "used" && idleMs >= heldIdleMs)
    add(t("Idle"), t("{0} or longer, while memory is held", formatDuration(idleMs)));
  if (gpu.slowed) add(t("Slowed down"), t("too hot, or short of power"));
  add(t("Temperature"), gpu.celsius === null ? null : `${Math.round(gpu.celsius)} °C`);
  const limit = gpu.wattsLimit === null ? "" : ` / ${Math.round(gpu.wattsLimit)}`;
  add(t("Power"), gpu.watts === null ? null : `${Math.round(gpu.watts)}${limit} W`);
  add(
    t("Memory errors"),
    gpu.memoryErrors === null || gpu.memoryErrors === 0 ? null : String(gpu.memoryErrors),
  );
  add(t("Driver"), gpu.driver);
  add("UUID", gpu.uuid);
  if (machine.look !== null) add(t("Seen"), formatAgo(now - machine.look.time));
  const processes = gpu.processes
    .slice(0, 20)
    .map(({ pid, user, command, runningMs, memoryBytes, runId }) => {
      const name = runId === null ? undefined : machine.names[runId];
      const about = [
        user ?? t("somebody"),
        name ?? command ?? "",
        `pid ${pid}`,
        runningMs === null ? "" : t("for {0}", formatDuration(runningMs)),
        memoryBytes === null ? "" : formatBytes(memoryBytes),
      ];
      return `- ${escapeMarkdown(about.filter((text) => text !== "").join(", "))}`;
    });
  const slow =
    gpu.persistent === false
      ? `\n\n${t("The driver is loaded anew for each question (persistence mode is off).")}`
      : "";
  return `**GPU ${gpu.index}** ${escapeMarkdown(gpu.name)}\n\n${markdownTable(rows)}${processes.length > 0 ? `\n\n${processes.join("\n")}` : ""}${slow}`;
}

export function machineTooltip(machine: Machine, now: number, t: Translate): string {
  const { look, link, check, trouble } = machine;
  const rows: (readonly [string, string])[] = [];
  const add = (name: string, value: string) => rows.push([name, escapeMarkdown(value)]);
  if (look?.cores != null)
    add(
      t("Cores"),
      look.load === null ? `${look.cores}` : t("{0}, load {1}", look.cores, look.load.toFixed(1)),
    );
  if (look?.memoryBytes != null)
    add(
      t("Memory"),
      look.memoryFreeBytes === null
        ? formatBytes(look.memoryBytes)
        : t("{0}, {1} free", formatBytes(look.memoryBytes), formatBytes(look.memoryFreeBytes)),
    );
  if (look !== null && look.user !== "") add(t("Account"), look.user);
  if (look !== null) add(t("Seen"), formatAgo(now - look.time));
  if (look !== null && look.tookMs > 2_000) add(t("Slow to answer"), formatDuration(look.tookMs));
  const failures = [link !== null && "failure" in link ? link.failure : null, trouble]
    .flatMap((failure) => failure ?? [])
    .map(({ message, next }) => `\n\n${escapeMarkdown(`${message} ${next}`)}`);
  const reasons = (check?.reasons ?? []).map(({ text }) => `\n- ${escapeMarkdown(text)}`);
  const checked =
    check === null ? "" : `\n\n${t("Checked {0}", formatAgo(now - check.time))}:\n${reasons.join("")}`;
  return `**${escapeMarkdown(machineName(machine, t))}**\n\n${markdownTable(rows)}${failures.join("")}${checked}`;
}
