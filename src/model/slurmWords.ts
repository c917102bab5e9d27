/** Why a job waits, in words for a person. Pure. */

import type { SlurmJob } from "./slurm.ts";

const reasons: Readonly<Record<string, string>> = {
  None: "to be considered",
  Priority: "jobs of higher priority are first",
  Resources: "free resources",
  Dependency: "another job has to end first",
  DependencyNeverSatisfied: "what it waits for can't come about any more; cancel it",
  BeginTime: "a pause before it begins",
  JobHeldUser: "held; release it with scontrol release",
  JobHeldAdmin: "held by the cluster's administrators",
  JobHoldMaxRequeue: "held: it was requeued too often",
  PartitionDown: "the partition is down",
  PartitionInactive: "the partition is inactive",
  PartitionNodeLimit: "it asks for more nodes than the partition gives; cancel it",
  PartitionTimeLimit: "it asks for more time than the partition gives; cancel it",
  NodeDown: "a node it needs is down",
  ReqNodeNotAvail: "nodes it needs are down or reserved",
  Reservation: "its reservation has not begun",
  Licenses: "a free license",
  JobArrayTaskLimit: "other tasks of its array",
  Cleaning: "the end of its last attempt",
  BadConstraints: "no node fits its constraints; cancel it",
  InvalidAccount: "its account is not valid; cancel it",
  InvalidQOS: "its QOS is not valid; cancel it",
};

/** A limit by who or what has it: `QOSMaxGRESPerUser`, `AssocGrpCPUMinutesLimit`, `MaxMemPerLimit`. */
const limits = /^(QOS|Assoc|Max|User|Grp)/;

/** `waiting in gpu: free resources, about 14:20`. Times are those of this machine's clock, in steps that don't flicker. */
export function waitingText({ partition, reason, start }: SlurmJob, now: number): string {
  const where = partition === "" ? "waiting" : `waiting in ${partition}`;
  const why = whyText(reason);
  const when = start === null || start <= now ? "" : `, about ${timeText(start, now)}`;
  return `${where}${why === "" ? "" : `: ${why}`}${when}`;
}

/** A reason that is not known here is told in Slurm's word. */
function whyText(reason: string): string {
  // `ReqNodeNotAvail, UnavailableNodes:n1`, `Nodes_required_for_job_are_DOWN…`, in other versions in brackets.
  const word = reason.replace(/^\(|\)$/g, "").split(/[, (]/)[0] ?? "";
  if (Object.hasOwn(reasons, word)) return reasons[word] ?? "";
  if (limits.test(word)) return `a limit of its account or QOS (${word})`;
  return word.replaceAll("_", " ").slice(0, 100);
}

const stepMs = 5 * 60_000;
/** A time of day alone is taken for the next one of its kind. */
const dayMs = 18 * 3_600_000;
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const two = (value: number) => String(value).padStart(2, "0");

function timeText(start: number, now: number): string {
  const at = new Date(Math.ceil(start / stepMs) * stepMs);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (start - now < dayMs) return time;
  const date = start - now < 6 * 86_400_000 ? days[at.getDay()] : `${at.getMonth() + 1}/${at.getDate()}`;
  return `${date} ${time}`;
}
