/**
 * From what a person asks to the words of sbatch, checked one by one. What decides where the job writes, what it runs or as whom belongs
 * to Runline: an option like `--output` would let whoever may choose options write into any file of the account. Pure.
 */

import type { SlurmSettings, SlurmWish } from "./slurm.ts";
import { jobPrefix } from "./slurmAnswer.ts";

/** Null when all is well, else what is wrong, for a person. */
export function wishProblem(wish: SlurmWish): string | null {
  for (const [name, pattern, such] of texts) {
    const value = wish[name];
    if (value !== undefined && !pattern.test(value))
      return `--${option[name]} can't be ${shown(value)}; such as ${such}.`;
  }
  for (const [name, most] of numbers) {
    const value = wish[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1 && value <= most))
      return `--${option[name]} takes a whole number from 1 to ${most}.`;
  }
  for (const word of wish.more ?? []) {
    const problem = moreProblem(word);
    if (problem !== null) return problem;
  }
  return null;
}

const option = {
  ...{ partition: "partition", account: "account", qos: "qos", gpus: "gpus", cpus: "cpus", memory: "mem" },
  ...{ time: "time", dependency: "dependency", warn_seconds: "warn" },
} as const;

const name = /^[\w.@+-][\w.@+,:-]{0,199}$/;
const texts = [
  ["partition", name, "gpu"],
  ["account", name, "vision"],
  ["qos", name, "normal"],
  ["gpus", /^([\w.-]{1,60}:)?[1-9]\d{0,4}$/, "2 or a100:2"],
  ["memory", /^[1-9]\d{0,9}(\.\d{1,3})?[KMGT]?$/i, "16G"],
  [
    "time",
    /^(\d{1,6}|((\d{1,4}d)?(\d{1,4}h)?(\d{1,6}m)?(\d{1,6}s)?)(?<=\w)|(\d{1,4}-)?\d{1,5}(:\d{1,2}){0,2})$/,
    "30m or 1-12:00:00",
  ],
  [
    "dependency",
    /^(after|afterany|afterok|afternotok|aftercorr|afterburstbuffer)(:\d{1,10}(_\d{1,8})?(\+\d{1,6})?)+([,?](after|afterany|afterok|afternotok|aftercorr|afterburstbuffer)(:\d{1,10}(_\d{1,8})?(\+\d{1,6})?)+)*$/,
    "afterok:123",
  ],
] as const satisfies readonly (readonly [keyof typeof option, RegExp, string])[];

const numbers = [
  ["cpus", 10_000],
  ["warn_seconds", 65_535],
] as const;

/** What may be passed on: where, how much and when. */
const passed = new Set(
  `constraint prefer nodelist exclude gres gres-flags gpus-per-node gpus-per-task cpus-per-gpu mem-per-cpu mem-per-gpu
  exclusive reservation licenses nice begin deadline hint switches tmp contiguous cluster-constraint mail-type mail-user
  wckey time-min ntasks ntasks-per-node nodes cores-per-socket sockets-per-node threads-per-core mem-bind gpu-bind
  gpu-freq cpu-freq network distribution priority hold overcommit oversubscribe mincpus use-min-nodes power
  profile acctg-freq core-spec thread-spec bb`.split(/\s+/),
);

const refused: Readonly<Record<string, string>> = {
  ...{ output: "the job's own words are kept in the run's directory", error: "see --output" },
  ...{
    input: "a run reads nothing",
    "open-mode": "a log is never cut",
    chdir: "the script runs in its copy of the code",
  },
  ...{ wrap: "the run's command comes after --", uid: "a run is yours", gid: "a run is yours" },
  ...{ export: "give variables with --env", "export-file": "give variables with --env" },
  ...{
    "get-user-env": "give variables with --env",
    bbf: "it names a file of commands",
    bcast: "it names a file",
  },
  ...{
    "job-name": "runs are found by it",
    comment: "runs are found by it",
    parsable: "Runline reads the answer",
  },
  ...{
    array: "give values with --array",
    signal: "use --warn",
    requeue: "use --requeue",
    "no-requeue": "use --requeue",
  },
  ...{
    dependency: "use --dependency",
    partition: "use --partition",
    account: "use --account",
    qos: "use --qos",
  },
  ...{ gpus: "use --gpus", mem: "use --mem", time: "use --time", "cpus-per-task": "use --cpus" },
  ...{ clusters: "choose the cluster with --on", wait: "runline run waits", test: "nothing would run" },
  ...{ container: "set an image for the host", propagate: "limits are those of your login" },
};

function moreProblem(word: string): string | null {
  const found = /^--([a-z][a-z-]*)(?:=([^\p{Cc}]{0,500}))?$/u.exec(word);
  if (found === null) return `${shown(word)} is no option of sbatch: give it whole, as in --constraint=a100.`;
  const asked = found[1] ?? "";
  // sbatch takes any beginning of an option for the whole of it: only whole ones can be judged.
  if (passed.has(asked)) return null;
  const reason = Object.hasOwn(refused, asked) ? refused[asked] : "Runline does not know it";
  return `--${asked} of sbatch can't be used here: ${reason}.`;
}

function shown(text: string): string {
  return `“${text.replace(/\p{Cc}/gu, " ").slice(0, 60)}”`;
}

export interface JobPlan {
  readonly id: string;
  /** Absolute, on the host. */
  readonly directory: string;
  readonly settings: SlurmSettings;
  /** Where the tasks of an array find their own: a folder with a link for each, by number. */
  readonly arrayFolder?: string;
}

export function jobName({ id, settings }: Pick<JobPlan, "id" | "settings">): string {
  return `${jobPrefix}${settings.array?.group ?? id}`;
}

/** The words after `sbatch`. The environment stays behind (`--export=NIL`): it may hold secrets, and lies in a file of the run. */
export function sbatchWords(plan: JobPlan): readonly string[] {
  const { id, directory, settings: wish, arrayFolder } = plan;
  const folder = arrayFolder ?? directory;
  const log = `${folder.replaceAll("%", "%%")}${arrayFolder === undefined ? "" : "/%a"}/slurm.log`;
  const words: [string, string | number | undefined][] = [
    ["job-name", jobName(plan)],
    ["comment", `runline ${wish.array?.group ?? id}`],
    // A file name pattern of sbatch: a percent sign of a folder stays one.
    ["output", log],
    ["open-mode", "append"],
    ["input", "/dev/null"],
    ["chdir", folder],
    ["export", "NIL"],
    ["signal", `B:USR1@${wish.warn_seconds ?? 120}`],
    ["dependency", wish.dependency === undefined ? "singleton" : `${wish.dependency},singleton`],
    ["partition", wish.partition],
    ["account", wish.account],
    ["qos", wish.qos],
    ["gpus", wish.gpus],
    ["cpus-per-task", wish.cpus],
    ["mem", wish.memory],
    ["time", wish.time === undefined ? undefined : sbatchTime(wish.time)],
    ["array", arrayFolder === undefined ? undefined : `0-${(wish.array?.count ?? 1) - 1}`],
  ];
  return [
    "--parsable",
    wish.requeue === true ? "--requeue" : "--no-requeue",
    ...words.flatMap(([key, value]) => (value === undefined ? [] : [`--${key}=${value}`])),
    ...(wish.more ?? []),
  ];
}

/** `30m` → `0-00:30:00`; what sbatch reads itself stays as it is. */
export function sbatchTime(text: string): string {
  const found = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (found === null || text === "") return text;
  const [, d = 0, h = 0, m = 0, s = 0] = found.map((part) => Number(part ?? 0));
  const seconds = ((d * 24 + h) * 60 + m) * 60 + s;
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 86_400)}-${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
