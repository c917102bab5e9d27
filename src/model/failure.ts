/**
 * Every way Runline can fail, in one place. `user` failures are shown as they stand: what happened, why if known, next step.
 * `log` failures go to the output channel; the user sees "Something went wrong in Runline. Show log" at most.
 */

export interface FailureKind {
  readonly audience: "user" | "log";
  /** Message with {placeholders}. */
  readonly text: string;
  /** What to do now. Also with {placeholders}. */
  readonly next: string;
}

export const failures = {
  noPython: {
    audience: "user",
    text: "No Python was found to run {script}.",
    next: "Install Python 3.8 or newer, or set runline.python to an interpreter.",
  },
  pythonBroken: {
    audience: "user",
    text: "The Python {python} can't be used: {cause}.",
    next: "Choose another interpreter, or clear runline.python.",
  },
  scriptMissing: {
    audience: "user",
    text: "{script} does not exist.",
    next: "Check the path, or save the file first.",
  },
  commandMissing: {
    audience: "user",
    text: "The command {command} was not found.",
    next: "Check its name and the PATH. What only a shell knows (cd, A=1 …) runs with sh -c.",
  },
  folderMissing: {
    audience: "user",
    text: "The folder {folder} does not exist.",
    next: "Check the path.",
  },
  noWorkspace: {
    audience: "user",
    text: "No folder is open.",
    next: "Open the folder of your training script.",
  },
  workspaceReadOnly: {
    audience: "user",
    text: "Runline can't write to {path}: {cause}.",
    next: "Make the folder writable, or set runline.directory to one that is.",
  },
  diskFull: {
    audience: "user",
    text: "The disk of {path} is full.",
    next: "Free some space; nothing recorded so far is lost.",
  },
  storeNewer: {
    audience: "user",
    text: "The store {path} was written by a newer Runline (schema {found}, this one knows {known}).",
    next: "Update Runline. The store was not changed.",
  },
  storeUnreadable: {
    audience: "user",
    text: "The store {path} can't be read: {cause}.",
    next: "Rebuild it from the run directories with “Runline: Rebuild the store” or runline rebuild; the old file is kept beside it.",
  },
  storeBusy: {
    audience: "user",
    text: "The store {path} is locked by another program.",
    next: "Close what else uses it, then try again.",
  },
  storeMoved: {
    audience: "user",
    text: "{path} is on a network file system, where SQLite is not safe. The store is kept in {local} instead.",
    next: "Nothing to do; runs stay where they are.",
  },
  nodeTooOld: {
    audience: "user",
    text: "This is Node {found}; Runline's store needs Node 22.14 or newer.",
    next: "Run it with a newer Node, for example npx -p node@24 runline.",
  },
  teamDown: {
    audience: "user",
    text: "{server} does not answer: {cause}.",
    next: "What was read from it stays as it was, and what is to be sent waits. Try again when it is there.",
  },
  teamUntrusted: {
    audience: "user",
    text: "The certificate of {server} is not trusted here: {cause}.",
    next: "Add its authority to NODE_EXTRA_CA_CERTS before you start the editor. Certificates are never ignored.",
  },
  teamRefused: {
    audience: "user",
    text: "{server} did not let you in: {cause}.",
    next: "Connect again with another token or password: “Runline: Connect to an MLflow server…”.",
  },
  teamOdd: {
    audience: "user",
    text: "{server} does not speak MLflow's protocol: {cause}.",
    next: "Check the address: it is the one that MLFLOW_TRACKING_URI has for a client.",
  },
  teamRejected: {
    audience: "user",
    text: "{server} did not take {what}: {cause}.",
    next: "Put that right on the server, then try again; nothing gets there twice.",
  },
  teamUnknown: {
    audience: "user",
    text: "This folder is not connected to {server}.",
    next: "Connect first: “Runline: Connect to an MLflow server…”.",
  },
  teamModelUnknown: {
    audience: "user",
    text: "{server} has no {model} now.",
    next: "Refresh the Models view to see what it has.",
  },
  runElsewhere: {
    audience: "user",
    text: "{run} is kept on {server}, where its name and tags are given.",
    next: "Change them there: “Open in browser” in its menu. Its note and star here are yours.",
  },
  teamRunActive: {
    audience: "user",
    text: "{run} has not ended yet.",
    next: "Send it when it has.",
  },
  importBusy: {
    audience: "user",
    text: "Another import into this folder is under way.",
    next: "Wait for its end, then import again; what is there already is not taken twice.",
  },
  importNothing: {
    audience: "user",
    text: "Nothing that Runline can import was found at {path}.",
    next: "It knows mlruns/ and mlflow.db of MLflow, TensorBoard logs, offline .wandb files, DVCLive, Lightning and Ultralytics.",
  },
  runUnknown: { audience: "user", text: "There is no run {run}.", next: "List the runs with runline runs." },
  runAmbiguous: {
    audience: "user",
    text: "{run} fits {count} runs.",
    next: "Give more of its id; runline runs lists them.",
  },
  runStillActive: { audience: "user", text: "{run} is still running.", next: "Cancel it first." },
  runRegistered: {
    audience: "user",
    text: "{run} can't be deleted: {model} was registered from it.",
    next: "Keep it; its record is the model's provenance.",
  },
  recorderFailed: {
    audience: "user",
    text: "The recorder did not start: {cause}.",
    next: "See recorder.log in {directory}.",
  },
  snapshotFailed: {
    audience: "user",
    text: "The code could not be kept: {cause}.",
    next: "The run was not started: without its code nobody could run it again.",
  },
  lineageUnknown: {
    audience: "user",
    text: "Nothing is known of {thing}.",
    next: "Give a run, a file that a run read or wrote, or a model@version.",
  },
  codeGone: {
    audience: "user",
    text: "The code kept for {run} is gone.",
    next: "It was removed from the repository or the run directory; the run's page still lists what it was.",
  },
  artifactMissing: {
    audience: "user",
    text: "{run} has no artifact or written file {path}.",
    next: "See runline show {run}.",
  },
  artifactDamaged: {
    audience: "user",
    text: "{path} of {run} did not arrive as it was kept.",
    next: "It was changed on its machine, or the disk there is failing. Nothing was kept here.",
  },
  digestChanged: {
    audience: "user",
    text: "{path} has changed since {run} wrote it.",
    next: "Register the copy kept with the run, or run again.",
  },
  digestUnknown: {
    audience: "user",
    text: "Nobody can say what {run} wrote to {path}: {cause}.",
    next: "Keep the file with the run (setting runline.capture.artifacts) and run again.",
  },
  modelUnknown: {
    audience: "user",
    text: "There is no model {model}.",
    next: "Register one from a run first.",
  },
  versionUnknown: {
    audience: "user",
    text: "{model} has no version {version}.",
    next: "Its versions: {versions}.",
  },
  modelExists: {
    audience: "user",
    text: "There is a model {model} already.",
    next: "Choose another name.",
  },
  aliasProtected: {
    audience: "user",
    text: "{alias} of {model} is protected: {cause}.",
    next: "{next}",
  },
  aliasInvalid: {
    audience: "user",
    text: "{alias} can't be an alias.",
    next: "Use letters, digits, - and _, starting with a letter; v1, v2 … and latest are taken.",
  },
  aliasUnknown: {
    audience: "user",
    text: "{model} has no alias {alias}.",
    next: "See its aliases with runline models.",
  },
  nameInvalid: {
    audience: "user",
    text: "{name} can't be a name.",
    next: "Use 1 to 250 characters without / : @ or line breaks.",
  },
  runNameInvalid: {
    audience: "user",
    text: "{name} can't name a run, an experiment or a tag.",
    next: "Use one line of 1 to 250 characters, without blanks around it.",
  },
  reasonMissing: {
    audience: "user",
    text: "A change of an alias needs a reason.",
    next: "Say in one sentence why.",
  },
  aliasMoved: {
    audience: "user",
    text: "{alias} of {model} was moved meanwhile: it is on {now} now.",
    next: "Look at the change and try again.",
  },
  auditBroken: {
    audience: "user",
    text: "The audit log does not fit at entry {sequence}: {cause}.",
    next: "Look at that entry with “Runline: Show audit log” or runline audit list.",
  },
  settingInvalid: {
    audience: "user",
    text: "The setting {setting} is not valid: {cause}.",
    next: "The default is used until it is mended.",
  },
  untrusted: {
    audience: "user",
    text: "This workspace is not trusted, so nothing is run.",
    next: "Trust the workspace to run scripts.",
  },
  requestInvalid: {
    audience: "log",
    text: "A request {method} was not valid: {cause}.",
    next: "This is a defect; please report it.",
  },
  fileElsewhere: {
    audience: "user",
    text: "{path} lies on {host}, and no copy of it was kept.",
    next: "Name such files in the setting runline.capture.artifacts, and the next run keeps them.",
  },
  fileMissing: {
    audience: "user",
    text: "{path} is not there any more.",
    next: "It may have been moved or deleted since the run.",
  },
  fileUnreadable: {
    audience: "user",
    text: "{path} can't be read: {cause}.",
    next: "Make it readable; until then the run is shown as it was last seen.",
  },
  pathBlocked: {
    audience: "user",
    text: "{path} can't be used: {cause}.",
    next: "Choose another name.",
  },
  noFolder: {
    audience: "user",
    text: "No folder is open, so there is no place to keep runs.",
    next: "Open the folder of the script.",
  },
  notPython: {
    audience: "user",
    text: "{path} is not a Python script.",
    next: "Open one, or use “Runline: Run command…” for anything else.",
  },
  serverDown: {
    audience: "user",
    text: "Runline's server does not answer: {cause}.",
    next: "Try again with “Runline: Refresh”. Runs go on without it.",
  },
  serverLate: {
    audience: "user",
    text: "No answer to {request} after {seconds} s.",
    next: "Try again; “Runline: Show log of Runline” may say what it waits for.",
  },
  requestCanceled: { audience: "log", text: "{request} was canceled.", next: "Nothing to do." },
  hostInvalid: {
    audience: "user",
    text: "{host} can't be the name of a host.",
    next: "Use an alias of your SSH configuration, a host name, or user@host.",
  },
  sshMissing: {
    audience: "user",
    text: "The program ssh was not found: {cause}.",
    next: "Install OpenSSH's client.",
  },
  hostUnreachable: {
    audience: "user",
    text: "Could not reach {host}: {cause}.",
    next: "{step} Runs there go on meanwhile.",
  },
  hostSignIn: {
    audience: "user",
    text: "{host} did not let you in: {cause}.",
    next: "Connect to it yourself, so that it can ask you: “Runline: Connect host…” or runline hosts {host}.",
  },
  hostKeyUnknown: {
    audience: "user",
    text: "The key of {host} is not known yet.",
    next: "Connect to it yourself once and compare the fingerprint: “Runline: Connect host…” or runline hosts {host}.",
  },
  hostKeyChanged: {
    audience: "user",
    text: "The key of {host} has changed: this may be another machine. Nothing was sent.",
    next: "Ask whoever runs it. If the change was expected, remove the old key with ssh-keygen -R and connect again.",
  },
  hostRefused: {
    audience: "user",
    text: "{host} let you in but opened no session: {cause}.",
    next: "Close other sessions on it, or ask whoever runs it.",
  },
  hostGone: {
    audience: "user",
    text: "The connection to {host} ended: {cause}.",
    next: "It is opened again by itself. Runs there go on meanwhile.",
  },
  hostLate: {
    audience: "user",
    text: "{host} did not answer within {seconds} s.",
    next: "The connection is opened again by itself. Runs there go on meanwhile.",
  },
  hostLeft: {
    audience: "user",
    text: "{host} is disconnected.",
    next: "Connect to it again: “Runline: Connect host…”. Runs there go on meanwhile.",
  },
  hostUnusable: {
    audience: "user",
    text: "{host} can't be used for runs: {cause}",
    next: "Nothing was started.",
  },
  toolsLate: {
    audience: "user",
    text: "The tools of the GPUs' driver on {host} did not answer within {seconds} s.",
    next: "It is asked again by and by. A driver that hangs for long needs whoever runs the machine.",
  },
  hostNoPython: {
    audience: "user",
    text: "{host} has no Python 3.8 or newer.",
    next: "Install one there, or name one in the setting runline.hosts.",
  },
  hostWrite: {
    audience: "user",
    text: "{path} on {host} can't be written: {cause}.",
    next: "Make it writable or free some space, or set another directory for {host} in runline.hosts.",
  },
  hostCode: {
    audience: "user",
    text: "The code could not be sent to {host}: {cause}.",
    next: "The run was not started. Try again.",
  },
  hostFailed: {
    audience: "user",
    text: "{host} could not do what was asked: {cause}.",
    next: "Check the host with runline hosts {host}.",
  },
  hostOutside: {
    audience: "user",
    text: "{path} lies outside the workspace, so it can't be run on {host}.",
    next: "Only the code of the workspace is sent. Move the script into it.",
  },
  slurmMissing: {
    audience: "user",
    text: "{host} has no Slurm: {cause}.",
    next: "Name the login node of a cluster: runline run --on <host> --slurm.",
  },
  slurmDown: {
    audience: "user",
    text: "Slurm on {host} does not answer: {cause}.",
    next: "Nothing was started. Try again when it is there.",
  },
  slurmRefused: {
    audience: "user",
    text: "Slurm on {host} refused the job: {cause}.",
    next: "Nothing was started. See its partitions and limits with sinfo, or ask whoever runs the cluster.",
  },
  slurmUnclear: {
    audience: "user",
    text: "Slurm on {host} did not say whether it took the job: {cause}.",
    next: "The run stays among the runs and shows it as soon as the cluster tells; nothing has to be tried again before.",
  },
  slurmOption: {
    audience: "user",
    text: "{cause}",
    next: "See runline run --help.",
  },
  usage: { audience: "user", text: "{cause}", next: "See runline --help." },
  pageUnanswered: {
    audience: "user",
    text: "Runline did not answer within {seconds} seconds.",
    next: "Try again. If it stays so, show the log.",
  },
  superseded: { audience: "log", text: "A newer request took the place of {name}.", next: "Nothing to do." },
  unexpected: { audience: "log", text: "{cause}", next: "Copy diagnostics and report it." },
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failures;

/** A failure with its facts filled in, as data: it crosses processes as it is. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly next: string;
  readonly audience: "user" | "log";
}

/** Fills the placeholders of a failure. Unknown placeholders stay visible, so that a test sees them. */
export function failure(code: FailureCode, facts: Readonly<Record<string, string | number>> = {}): Failure {
  const kind: FailureKind = failures[code];
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
  return { code, message: fill(kind.text), next: fill(kind.next), audience: kind.audience };
}

/** The one error class: carries a failure through code that throws. IO at the edge throws it, faces turn it back into data. */
export class RunlineError extends Error {
  readonly failure: Failure;

  constructor(code: FailureCode, facts: Readonly<Record<string, string | number>> = {}, cause?: unknown) {
    const what = failure(code, facts);
    super(what.message, cause === undefined ? undefined : { cause });
    this.name = "RunlineError";
    this.failure = what;
  }
}

/** Any thrown thing as a failure. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof RunlineError) return thrown.failure;
  return failure("unexpected", { cause: thrown instanceof Error ? thrown.message : String(thrown) });
}
