/** Where a run is to be, and how many GPUs it is to have for itself. */

import * as vscode from "vscode";
import { gpuCounts } from "../../model/gpu.ts";
import type { Machine } from "../../model/hostMachine.ts";
import { ownCluster } from "../../model/slurm.ts";
import { machineDescription } from "../computeText.ts";
import type { Request } from "../server.ts";

const t = vscode.l10n.t;

/** The machine with what its GPUs are doing now; null when that can't be said. Whoever asks can do without. */
export async function machineNow(host: string | null, request: Request): Promise<Machine | null> {
  return request("machines/look", { host }).catch(() => null);
}

/** How many GPUs, or instances of some, a run can have there; 0 where none are known. */
export function gpusOf(machine: Machine | null): number {
  return gpuCounts(machine?.look?.gpus ?? []).total;
}

/** Does the machine hand work to a Slurm cluster? */
export function hasCluster(host: string | null, machine: Machine | null): boolean {
  if (host === ownCluster || (machine?.look?.partitions.length ?? 0) > 0) return true;
  return machine?.check?.facts.slurm != null;
}

/** So many, where 0 asks for none; undefined when the person changed their mind. */
export async function askGpus(machine: Machine, name: string, before: number): Promise<number | undefined> {
  const { free, total } = gpuCounts(machine.look?.gpus ?? []);
  const items = Array.from({ length: Math.min(total, 16) + 1 }, (_, gpus) => ({
    label: gpusLabel(gpus),
    description:
      gpus === 0
        ? t("it sees all of them, and waits for none")
        : gpus <= free
          ? t("free now")
          : t("waits until they are free"),
    gpus,
  }));
  const first = items.filter(({ gpus }) => gpus === before);
  const chosen = await vscode.window.showQuickPick(
    [...first, ...items.filter(({ gpus }) => gpus !== before)],
    {
      title: t("GPUs for {0} alone", name),
      placeHolder: machineDescription(machine, Date.now(), t),
    },
  );
  return chosen?.gpus;
}

export function gpusLabel(gpus: number): string {
  if (gpus === 0) return t("No GPU of its own");
  return gpus === 1 ? t("1 GPU") : t("{0} GPUs", gpus);
}
