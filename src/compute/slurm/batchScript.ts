/** The batch script of a job: the same recorder as everywhere takes its place. Constant text and quoted words; nothing a person names. */

import { shellWord } from "../../model/shellWord.ts";

export interface BatchParts {
  /** Interpreter and file of the recorder, absolute, as the nodes see them too. */
  readonly python: string;
  readonly recorder: string;
  readonly directory: string;
  /** Of an array: the folder with a link for each task. */
  readonly arrayFolder?: string;
}

/** sbatch reads `#SBATCH` lines up to the first command, so there is nothing before it that comes from outside. */
export function batchScript({ python, recorder, directory, arrayFolder }: BatchParts): string {
  const enter =
    arrayFolder === undefined
      ? `cd -P ${shellWord(directory)}`
      : `cd -P ${shellWord(arrayFolder)}/"\${SLURM_ARRAY_TASK_ID:?}"`;
  return `#!/bin/sh
# A run of Runline: its recorder starts the script and keeps its record.
${enter} || exit 1
umask 077
exec ${shellWord(python)} -I -S -B ${shellWord(recorder)} run ${arrayFolder === undefined ? shellWord(directory) : '"$PWD"'} --job
`;
}
