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

const told = [
  ...(["system", "python", "freeBytes", "freeFiles", "networkDisk", "clockOffsetMs"] as const),
  ...(["endsAtLogout", "ownScope", "slurm", "apptainer"] as const),
];

function checkLines({ verdict, facts, reasons }: NonNullable<Machine["check"]>): readonly string[] {
  return [
    `Check: ${verdict}`,
    ...reasons.map(({ level, text }) => `  ${level}: ${text}`),
    ...told.map((name) => `  ${name}: ${JSON.stringify(facts[name])}`),
  ];
}
