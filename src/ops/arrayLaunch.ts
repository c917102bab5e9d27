/** Starts a grid of parameters on a cluster: one run for each combination, all of them the tasks of one job array. */

import type { LaunchRequest } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import { isRunName } from "../model/names.ts";
import { type Grid, tasksOf, taskWords } from "../model/slurmArray.ts";
import {
  doubtOf,
  type HostLaunchAsk,
  type HostLaunchParts,
  makeReady,
  relativeAsk,
  slurmOf,
} from "./hostLaunch.ts";
import { keepRow, type Launched } from "./launch.ts";
import { newRunOf } from "./newRun.ts";
import { runSpecIn } from "./runSpec.ts";

/**
 * Answers once the cluster has taken the array. Runs that can't all be prepared are not started at all. Throws what `launchOnHost`
 * throws, and `slurmOption` for a host without Slurm.
 */
export async function launchArray(
  ask: Omit<HostLaunchAsk, "id">,
  grid: Grid,
  parts: HostLaunchParts,
): Promise<readonly Launched[]> {
  const { hosts, layout, store } = parts;
  for (const text of [ask.name, ask.experiment])
    if (text !== undefined && !isRunName(text)) throw new RunlineError("runNameInvalid", { name: text });
  const host = hosts.on(ask.host);
  const slurm = await slurmOf(ask, host, store);
  if (slurm === null)
    throw new RunlineError("slurmOption", { cause: "--array is for Slurm: add --slurm, or --on slurm." });
  const tasks = tasksOf(grid);
  const ids = tasks.map(() => parts.newId()).sort();
  const [group = ""] = ids;
  const ready: { readonly request: LaunchRequest; readonly warnings: readonly string[] }[] = [];
  try {
    for (const [index, task] of tasks.entries()) {
      const own = ask.name === undefined ? {} : { name: `${ask.name}-${index + 1}` };
      const place = { group, index, count: tasks.length };
      const id = ids[index] ?? group;
      const mine = { ...wordsOf(ask, task), ...own, slurm: { ...slurm, array: place } };
      ready.push(
        await makeReady(id, mine, relativeAsk(mine, layout.workspace), await host.place(id), host, parts),
      );
    }
  } catch (thrown) {
    for (const { request } of ready) await host.discard(request.directory).catch(() => undefined);
    throw thrown;
  }
  const doubts = await host.launchArray(ready.map(({ request }) => request)).then(() => [], doubtOf);
  const launched: Launched[] = [];
  for (const { request, warnings } of ready) {
    const spec = (await runSpecIn(request.directory, host)) ?? request.spec;
    const rows = await keepRow(newRunOf(spec, request.directory, host.host), store);
    launched.push({ id: spec.run_id, name: spec.name, warnings: [...warnings, ...doubts, ...rows] });
  }
  return launched;
}

function wordsOf(
  ask: Omit<HostLaunchAsk, "id">,
  task: readonly (readonly [string, string])[],
): HostLaunchAsk {
  if (ask.command !== undefined) return { ...ask, command: taskWords(ask.command, task) };
  return { ...ask, arguments: taskWords(ask.arguments ?? [], task) };
}
