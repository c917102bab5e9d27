/** What a report of trouble with a machine needs, as text for the clipboard. No names of runs, and no command lines. Pure. */

import type { Machine } from "../model/hostMachine.ts";
import { gpuDescription, machineDescription, machineName } from "./computeText.ts";
import { plain } from "./translate.ts";

export function machineDiagnostics(machine: Machine, now: number): string {
  const { link, look, check, trouble } = machine;
  const nameless = { ...machine, names: {} };
  const failure = link !== null && "failure" in link ? link.failure : trouble;
  const lines = [
    `${machineName(machine, plain)}: ${machineDescription(machine, now, plain)}`,
    `Link: ${link?.state ?? "this machine"}`,
    ...(failure === null ? [] : [`Failure: ${failure.code}: ${failure.message}`]),
    ...(look === null ? ["Not looked at yet"] : [`Tools answered in ${look.tookMs} ms`]),
    ...(look?.gpuProblem == null ? [] : [`GPUs: ${look.gpuProblem}`]),
    ...(look?.gpus ?? []).map(
      (gpu) =>
        `GPU ${gpu.index}: ${gpu.name}, driver ${gpu.driver ?? "unknown"}, ${gpuDescription(gpu, nameless, plain)}`,
    ),
    ...(check === null ? ["Not checked yet"] : checkLines(check)),
  ];
  return `${lines.join("\n")}\n`;
}

function checkLines({ verdict, facts, reasons }: NonNullable<Machine["check"]>): readonly string[] {
  const {
    system,
    python,
    freeBytes,
    freeFiles,
    networkDisk,
    clockOffsetMs,
    endsAtLogout,
    ownScope,
    slurm,
    apptainer,
  } = facts;
  const told = {
    system,
    python,
    freeBytes,
    freeFiles,
    networkDisk,
    clockOffsetMs,
    endsAtLogout,
    ownScope,
    slurm,
    apptainer,
  };
  return [
    `Check: ${verdict}`,
    ...reasons.map(({ level, text }) => `  ${level}: ${text}`),
    ...Object.entries(told).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
  ];
}
