/** What can go wrong with a run on another machine or on a cluster, and the test that shows what happens then. One that is gone is missed here. */

import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";

/** What goes wrong, the file below `test/`, and the beginning of the test's name. */
const faults: readonly (readonly [fault: string, file: string, test: string])[] = [
  ["link down before anything is sent", "faults/ssh/link", "the link is down before anything is sent"],
  ["link down while code is sent", "faults/ssh/link", "the link breaks while code is sent"],
  ["link down after the launch, before its reply", "faults/ssh/link", "the answer to a launch gets lost"],
  ["link down while a run writes", "faults/ssh/link", "the link is down while a run writes"],
  ["link down during a cancel", "faults/ssh/link", "a cancel while the link breaks is done or told"],
  ["link down while an artifact is pulled", "faults/ssh/artifacts", "a link that breaks costs nothing"],
  ["link that swallows everything", "faults/ssh/link", "a link that swallows everything without a word"],
  ["any schedule of these", "faults/ssh/schedules", "every schedule of faults ends the same"],
  ["sshd killed", "faults/ssh/link", "the server is killed with every session"],
  ["sshd session stopped", "faults/ssh/sessions", "a session that is stopped on the host is given up"],
  ["client killed while it launches", "peers/ssh/cli", "a command that is killed while it starts a run"],
  ["client gone and back", "faults/ssh/link", "the window goes while a run is under way"],
  ["editor killed and back", "ui/hosts", "a run on a host outlives the editor"],
  ["server killed", "faults/serverKilled", "the server killed ten times at random moments"],
  ["laptop asleep", "faults/ssh/transport", "after the machine slept a silent link is given up"],
  ["stale control socket", "faults/ssh/sessions", "a control socket of the person's own ssh"],
  ["sessions refused", "faults/ssh/transport", "too many sessions at once are refused"],
  ["logins refused", "faults/ssh/transport", "a server that takes no more logins at the moment"],
  ["host key changed", "faults/ssh/transport", "a changed host key is a hard stop"],
  ["second factor wrong", "peers/ssh/shells", "is asked of a person alone, as a secret, once"],
  ["noise from start files", "peers/ssh/shells", "%s: requests are exact"],
  ["settings of a host changed, or gone", "faults/ssh/sessions", "a setting that says nothing of the way"],
  ["large file of the code broken off", "unit/compute/ssh/sendFiles", "what of a large file has arrived"],
  ["disk full on the host, or read-only", "faults/ssh/records", "a disk that is full, or read-only, is said"],
  ["disk full during a run", "faults/recorder/disk", "a disk that fills up costs output"],
  ["run directory read-only", "faults/recorder/disk", "a run directory that may not be written"],
  ["log truncated or rotated", "faults/ssh/records", "an output that is cut short or replaced"],
  ["recorder killed", "faults/ssh/records", "a recorder that is killed"],
  ["script killed", "faults/ssh/records", "a script that is killed has failed"],
  ["grandchild in a session of its own", "faults/ssh/records", "a script that leaves its session"],
  ["pid reuse, zombie, reboot", "faults/ssh/records", "a process that got the number of a dead one"],
  ["two launches of one id", "faults/ssh/runs", "two launches of one id are one run"],
  ["two windows", "faults/ssh/link", "two windows follow one run"],
  ["clock skew", "faults/ssh/sessions", "a host whose clock is two hours ahead"],
  ["hostile manifest", "faults/ssh/artifacts", "no path leads out of the folder, here or there"],
  ["hostile run directory", "faults/ssh/records", "a run directory of a liar gives nothing"],
  ["hostile log and journal", "faults/ssh/records", "journals and outputs of a liar are bounded"],
  ["slurmctld killed", "faults/slurm/daemons", "the controller is killed during a job"],
  ["slurmctld away", "faults/slurm/daemons", "a run ends while the controller is down"],
  ["slurmd killed", "faults/slurm/daemons", "the node's daemon is killed during a job"],
  ["slurmdbd killed", "faults/slurm/accounts", "the keeper of accounts is killed during a job"],
  ["slurmdbd away", "faults/slurm/accounts", "while nobody can read the accounts of a job"],
  ["sbatch accepted, its reply lost", "faults/slurm/daemons", "a submission whose answer can't be relied on"],
  ["sbatch never heard of again", "faults/slurm/daemons", "nobody hears whether a job was taken"],
  ["job registered late", "faults/slurm/daemons", "a job that shows up after it was given up"],
  ["two windows submit", "faults/slurm/daemons", "two windows submit one id at once"],
  ["preemption and requeue", "faults/slurm/again", "another job takes its place"],
  ["requeue long after the end", "faults/slurm/again", "a run that is begun again long after its end"],
  ["preemption without requeue", "faults/slurm/again", "a job that may not begin again"],
  ["cancel between two attempts", "faults/slurm/again", "a run that waits to begin again is canceled"],
  ["time limit", "faults/slurm/again", "the time is nearly over"],
  ["unwritable output", "faults/slurm/jobs", "a folder that can't be written is said"],
  ["job purged", "faults/slurm/accounts", "a job is forgotten before anybody looked"],
  ["job purged without a record", "faults/slurm/accounts", "a job without a record of its end is forgotten"],
  ["scancel by somebody else", "faults/slurm/jobs", "somebody else cancels the job"],
  ["job killed", "faults/slurm/jobs", "the script and its recorder are killed"],
  ["hostile options", "faults/slurm/jobs", "what decides where a job writes"],
  ["hostile names", "faults/slurm/jobs", "names and words that mean something to sbatch"],
];

/** Names of the tests of a file that are not switched off. */
function testsOf(file: string): readonly string[] {
  const text = readFileSync(path.join(import.meta.dirname, "..", `${file}.test.ts`), "utf8");
  const named = /^\s*test(?:\.each\([\s\S]*?\)(?=\(["'`]))?\(\s*(["'`])(.+?)\1,/gm;
  return [...text.matchAll(named)].map(([, , name]) => name ?? "");
}

test.each(faults)("%s", (_fault, file, name) => {
  expect(testsOf(file).filter((each) => each.startsWith(name))).toHaveLength(1);
});
