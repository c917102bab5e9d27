/**
 * What a cluster is asked, as POSIX-sh scripts for a transport. The controller's sign of life comes first: it costs 12 ms, and asking one
 * that is down nine seconds. Answers are in parts, each after U+0001 and its name.
 */

import { jobPrefix, sacctFormat, sacctSeparator, squeueFormat } from "../../model/slurmAnswer.ts";

/** What a person has set for their own eyes must not change what we read. */
const head = `
unset SQUEUE_ACCOUNT SQUEUE_ALL SQUEUE_ARRAY SQUEUE_FORMAT SQUEUE_FORMAT2 SQUEUE_LICENSES SQUEUE_NAMES SQUEUE_PARTITION \\
  SQUEUE_QOS SQUEUE_SORT SQUEUE_STATES SQUEUE_USERS SLURM_CLUSTERS SLURM_BITSTR_LEN SACCT_FEDERATION SACCT_LOCAL
SLURM_TIME_FORMAT=%s; export SLURM_TIME_FORMAT
part() { printf '\\n\\001%s\\n' "$1"; }
if command -v timeout >/dev/null 2>&1 && timeout -k 2 12 true 2>/dev/null; then loud() { timeout -k 2 12 "$@" </dev/null; }
else loud() { "$@" </dev/null; }; fi
ask() { loud "$@" 2>/dev/null; }
`;

/** All jobs of the person at once, those that have just ended too; only Runline's are told. */
export const squeueScript = `${head}
command -v squeue >/dev/null 2>&1 || { part none; exit 0; }
case $(ask scontrol ping) in *" is UP"*) ;; *) part down; exit 0 ;; esac
if out=$(ask squeue -h -r -u "$(id -u)" --states=all -O "${squeueFormat}"); then
  part squeue; printf '%s\\n' "$out" | grep -F "${jobPrefix}"
fi
part end
exit 0
`;

/**
 * Jobs that squeue knows no more, by their numbers, and by their names where the number was never heard. There is no such part in the
 * answer where the accounts can't be read at the moment; a cluster without any, or one that shows them to nobody, has nothing to tell.
 */
export function sacctScript(jobs: readonly string[], names: readonly string[]): string {
  const such = jobs.filter((job) => /^\d{1,10}$/.test(job)).join(",");
  const named = names.filter((name) => /^runline-[0-9a-f]{32}$/.test(name)).join(",");
  return `${head}
command -v sacct >/dev/null 2>&1 || { part sacct; part end; exit 0; }
accounts() {
  loud sacct -n -X -P --delimiter="$(printf '\\${octal(sacctSeparator)}')" --format=${sacctFormat} "$@" 2>"\${RL_D:?}/sacct" && return
  [ $? -ne 124 ] && ! grep -qiE 'connect|database|timed out|communication' "$RL_D/sacct"
}
said=$(
  ${such === "" ? ":" : `accounts -j ${such} || exit`}
  ${named === "" ? ":" : `accounts -S now-7days --name=${named}`}
) && { part sacct; printf '%s\\n' "$said"; }
part end
exit 0
`;
}

function octal(character: string): string {
  return character.charCodeAt(0).toString(8).padStart(3, "0");
}
