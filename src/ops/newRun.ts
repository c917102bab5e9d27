/** The row of a run, from its spec: the same whether it was launched here or found on the disk. */

import type { RunSpec } from "../model/journal.ts";
import type { NewRun } from "../store/store.ts";

export function newRunOf(spec: RunSpec, directory: string, host: string): NewRun {
  return {
    id: spec.run_id,
    name: spec.name,
    experiment: spec.experiment,
    host,
    argv: spec.shown_argv,
    cwd: spec.cwd,
    script: spec.script,
    code: spec.code,
    created: spec.created,
    directory,
  };
}
