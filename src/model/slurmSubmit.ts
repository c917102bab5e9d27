/** What sbatch has answered: the job, a refusal that a person must see, or nothing that can be relied on. Pure. */

export type Submitted =
  | { readonly kind: "taken"; readonly job: string }
  | { readonly kind: "refused"; readonly cause: string }
  /** It may have been taken or not: the cluster is to be asked. */
  | { readonly kind: "unclear"; readonly cause: string };

export interface SbatchAnswer {
  /** Null where it was ended, or never heard of again. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * The job's number counts whatever the exit code and the error output say: a busy controller makes sbatch print "sleeping and
 * retrying" and still take the job.
 */
export function submitted({ code, out, err }: SbatchAnswer): Submitted {
  for (const line of out.split("\n")) {
    // Behind a semicolon: the cluster of a federation.
    const found = /^(\d{1,10})(?:;[\w.-]{1,100})?$/.exec(line.trim());
    if (found !== null) return { kind: "taken", job: found[1] ?? "" };
  }
  const said = err
    .split("\n")
    .map((line) => line.replace(/\p{Cc}/gu, " ").trim())
    .filter((line) => line !== "");
  const words = said.map((line) => line.replace(/^sbatch: (error: |fatal: )?/, ""));
  const final = words.find((line) => line.startsWith("Batch job submission failed: "));
  const cause = (final?.replace("Batch job submission failed: ", "") ?? words.at(-1) ?? "").slice(0, 300);
  if (code === 0 || code === null || said.length === 0) return { kind: "unclear", cause };
  const lost = /socket timed out|timed out|communication|connect|zero bytes|unexpected message|not respond/i;
  if (lost.test(cause)) return { kind: "unclear", cause };
  const isOwn = said.some((line) => /^sbatch: (error|fatal|unrecognized|invalid|option)/.test(line));
  return { kind: isOwn || final !== undefined ? "refused" : "unclear", cause };
}
