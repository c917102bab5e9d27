/**
 * The contract with the editor: every command, setting, view and context key of Runline, in one table each. `package.json` says the
 * same to the editor before any code of ours is loaded; a test keeps the two equal. No import of vscode: tests and scripts read it.
 */

export interface CommandSpec {
  readonly title: string;
  readonly icon?: string;
  /** `when` clause of the command palette; "false" for a command that makes no sense without what it is invoked on. */
  readonly palette?: string;
}

/** Nothing is run in a workspace that is not trusted, nor where there is no disk to run it on. */
const canRun = "isWorkspaceTrusted && !virtualWorkspace && workspaceFolderCount != 0";
const hasFolder = "workspaceFolderCount != 0";

export const commands = {
  "runline.run": { title: "Run script", icon: "$(play)", palette: `${canRun} && editorLangId == python` },
  "runline.runWith": {
    title: "Run with parameters…",
    icon: "$(settings)",
    palette: `${canRun} && editorLangId == python`,
  },
  "runline.runCommand": { title: "Run command…", icon: "$(terminal)", palette: canRun },
  "runline.runOnHost": {
    title: "Run on host…",
    icon: "$(vm)",
    palette: `${canRun} && editorLangId == python`,
  },
  "runline.connectHost": { title: "Connect host…", icon: "$(plug)", palette: canRun },
  "runline.disconnectHost": { title: "Disconnect host…", icon: "$(debug-disconnect)", palette: canRun },
  "runline.checkHost": { title: "Check host…", icon: "$(pulse)", palette: canRun },
  "runline.addHost": { title: "Add host…", icon: "$(add)", palette: canRun },
  "runline.openHostShell": { title: "Open shell on host…", icon: "$(terminal)", palette: canRun },
  "runline.copyHostDiagnostics": { title: "Copy diagnostics of machine", palette: "false" },
  "runline.refreshCompute": { title: "Refresh machines", icon: "$(refresh)", palette: hasFolder },
  "runline.importRuns": {
    title: "Import runs…",
    icon: "$(cloud-download)",
    palette: `${hasFolder} && !virtualWorkspace`,
  },
  "runline.openRun": { title: "Open run", icon: "$(graph-line)", palette: hasFolder },
  "runline.openSelectedRun": { title: "Open selected run", palette: "false" },
  "runline.openRunToStay": { title: "Open run and keep it open", palette: "false" },
  "runline.openLog": { title: "Open log", icon: "$(output)", palette: hasFolder },
  "runline.cancel": {
    title: "Cancel run",
    icon: "$(debug-stop)",
    palette: `isWorkspaceTrusted && ${hasFolder}`,
  },
  "runline.rename": { title: "Rename run…", palette: hasFolder },
  "runline.editNote": { title: "Edit note…", icon: "$(note)", palette: hasFolder },
  "runline.editTags": { title: "Edit tags…", icon: "$(tag)", palette: hasFolder },
  "runline.star": { title: "Star run", icon: "$(star-empty)", palette: hasFolder },
  "runline.unstar": { title: "Remove star", icon: "$(star-full)", palette: hasFolder },
  "runline.compare": { title: "Compare runs", icon: "$(diff-multiple)", palette: hasFolder },
  "runline.compareWith": { title: "Compare with…", icon: "$(diff)", palette: hasFolder },
  "runline.showDifference": { title: "Open difference to working tree", palette: hasFolder },
  "runline.copyReproduce": { title: "Copy command to reproduce", icon: "$(copy)", palette: hasFolder },
  "runline.delete": { title: "Delete run", icon: "$(trash)", palette: hasFolder },
  "runline.restore": { title: "Restore deleted runs", palette: "runline.deleted" },
  "runline.showScriptRuns": { title: "Show runs of this script", palette: "editorLangId == python" },
  "runline.register": { title: "Register model…", icon: "$(package)", palette: hasFolder },
  "runline.promote": { title: "Set alias…", icon: "$(arrow-up)", palette: hasFolder },
  "runline.removeAlias": { title: "Remove alias…", palette: hasFolder },
  "runline.showModel": { title: "Show model", palette: "false" },
  "runline.openModelFile": { title: "Open file of model", palette: "false" },
  "runline.showAudit": { title: "Show audit log", icon: "$(law)", palette: hasFolder },
  "runline.verifyAudit": { title: "Verify audit log", icon: "$(verified)", palette: hasFolder },
  "runline.showLineage": { title: "Show lineage", icon: "$(type-hierarchy)", palette: "false" },
  "runline.openLineageFile": { title: "Open file of lineage", palette: "false" },
  "runline.fileLineage": {
    title: "Show lineage of this file",
    palette: `${hasFolder} && resourceScheme == file`,
  },
  "runline.pinLineage": {
    title: "Pin lineage",
    icon: "$(pin)",
    palette: `${hasFolder} && !runline.lineagePinned`,
  },
  "runline.unpinLineage": { title: "Unpin lineage", icon: "$(pinned)", palette: "runline.lineagePinned" },
  "runline.groupByDay": {
    title: "Group by day",
    icon: "$(calendar)",
    palette: `${hasFolder} && runline.groupBy != day`,
  },
  "runline.groupByExperiment": {
    title: "Group by experiment",
    icon: "$(beaker)",
    palette: `${hasFolder} && runline.groupBy == day`,
  },
  "runline.filter": { title: "Filter runs…", icon: "$(filter)", palette: hasFolder },
  "runline.clearFilter": { title: "Clear filter", icon: "$(filter-filled)", palette: "runline.filtered" },
  "runline.loadMore": { title: "Load more runs", palette: "false" },
  "runline.refresh": { title: "Refresh", icon: "$(refresh)" },
  "runline.showRunning": { title: "Show running runs", palette: "runline.running" },
  "runline.connectMlflow": { title: "Connect to an MLflow server…", icon: "$(plug)", palette: canRun },
  "runline.disconnectMlflow": {
    title: "Disconnect from an MLflow server…",
    palette: "runline.mlflowServers",
  },
  "runline.openInMlflow": { title: "Open in browser", icon: "$(link-external)", palette: "false" },
  "runline.sendToMlflow": {
    title: "Send run to an MLflow server…",
    icon: "$(cloud-upload)",
    palette: canRun,
  },
  "runline.logTerminals": {
    title: "Log terminals and notebooks with MLflow",
    icon: "$(terminal)",
    palette: `${canRun} && !config.runline.mlflow.terminals`,
  },
  "runline.stopLoggingTerminals": {
    title: "Stop logging terminals and notebooks",
    palette: `${canRun} && config.runline.mlflow.terminals`,
  },
  "runline.openSample": { title: "Open sample workspace" },
  "runline.openWalkthrough": { title: "Get started with Runline" },
  "runline.rebuildStore": { title: "Rebuild the store", palette: canRun },
  "runline.copyDiagnostics": { title: "Copy diagnostics" },
  "runline.showOutput": { title: "Show log of Runline", icon: "$(output)" },
} as const satisfies Record<string, CommandSpec>;

export type CommandId = keyof typeof commands;

/** The id itself, checked: a command that is not in the table does not compile. */
export function command(id: CommandId): CommandId {
  return id;
}

export interface SettingSpec {
  readonly type: "boolean" | "string" | "integer" | "number" | "strings" | "object";
  readonly default: boolean | string | number | readonly string[] | Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly scope: "machine-overridable" | "resource" | "window";
  readonly minimum?: number;
  readonly maximum?: number;
  /** A workspace that is not trusted can't set it. */
  readonly restricted?: true;
}

export const settings = {
  "runline.directory": {
    type: "string",
    default: ".runline",
    description:
      "Folder of the run directories and the store. Relative paths start at the workspace folder. It is created with the first run.",
    scope: "resource",
    restricted: true,
  },
  "runline.python": {
    type: "string",
    default: "",
    description:
      "Interpreter that scripts are run with. Empty: the choice of the Python extension, else an environment beside the script or above it (`.venv`, `venv`, `.conda`, `env`), else the one that is active, else `python3`.",
    scope: "machine-overridable",
    restricted: true,
  },
  "runline.parallelRuns": {
    type: "integer",
    default: 2,
    minimum: 1,
    maximum: 64,
    description:
      "How many runs of this workspace may run at once on this machine. Further ones wait in a queue.",
    scope: "machine-overridable",
  },
  "runline.codeSizeLimitMegabytes": {
    type: "number",
    default: 25,
    minimum: 0,
    maximum: 10_000,
    description:
      "Untracked files above this size are left out of a run's code snapshot, and the run says so.",
    scope: "resource",
  },
  "runline.graceSeconds": {
    type: "number",
    default: 10,
    minimum: 0,
    maximum: 3_600,
    description:
      "How long a canceled run may take to end by itself before it is ended with more force (`SIGINT`, then `SIGTERM`, then `SIGKILL`).",
    scope: "resource",
  },
  "runline.stallMinutes": {
    type: "number",
    default: 10,
    minimum: 0,
    maximum: 10_000,
    description:
      "A run is shown as making no progress when it has logged no metric and no output for six times its slowest step, and at least for so many minutes. It goes on either way. 0 for never.",
    scope: "resource",
  },
  "runline.capture.stdout": {
    type: "boolean",
    default: true,
    description: "Read metrics from what a script prints.",
    scope: "resource",
  },
  "runline.capture.patterns": {
    type: "strings",
    default: [],
    description:
      "Regular expressions for metrics in your own output format, with the named groups `key` and `value` (and `step`), for example `(?<key>\\w+) is (?<value>[\\d.]+)`.",
    scope: "resource",
    restricted: true,
  },
  "runline.capture.tensorboard": {
    type: "boolean",
    default: true,
    description: "Read scalars from TensorBoard event files that a run writes.",
    scope: "resource",
  },
  "runline.capture.parameters": {
    type: "boolean",
    default: true,
    description:
      "Keep the parameters that a script reads with argparse, click, typer, fire, tyro, jsonargparse, absl or Hydra.",
    scope: "resource",
  },
  "runline.capture.files": {
    type: "boolean",
    default: true,
    description: "Note which files a run reads and writes. This is what lineage is made of.",
    scope: "resource",
  },
  "runline.capture.dataFolders": {
    type: "strings",
    default: [],
    description: "Folders outside the workspace whose files count as data.",
    scope: "machine-overridable",
    restricted: true,
  },
  "runline.capture.artifacts": {
    type: "strings",
    default: ["models/**", "best*", "final*", "out*/model.*"],
    description:
      "Globs, relative to the workspace, of written files that are copied into the run, so that a later run can't overwrite them. One without a slash fits a name in any folder.",
    scope: "resource",
    restricted: true,
  },
  "runline.capture.artifactLimitMegabytes": {
    type: "number",
    default: 500,
    minimum: 0,
    maximum: 1_000_000,
    description: "Files above this size are not copied into a run; their digest is noted all the same.",
    scope: "resource",
  },
  "runline.capture.systemIntervalSeconds": {
    type: "number",
    default: 5,
    minimum: 0,
    maximum: 3_600,
    description: "Seconds between two looks at CPU, memory and GPU of a run. `0` switches it off.",
    scope: "resource",
  },
  "runline.hosts": {
    type: "object",
    default: {},
    description:
      'Machines that runs can be started on, by the name that `ssh` takes, with what is different there: `directory`, `python`, `environment`, `modules`, `image`, `folders`, `parallelRuns`, `scheduler` (`slurm`: runs are jobs of its cluster) and `slurm` (what those get that say nothing else, as `partition`, `time`). Aliases of your SSH configuration need no entry. Example: `{ "gpu-box": { "python": "/opt/ml/bin/python", "folders": { "data": "/mnt/data" } } }`.',
    scope: "machine-overridable",
    restricted: true,
  },
  "runline.sshConfigFile": {
    type: "string",
    default: "",
    description: "SSH configuration to use in place of your own `~/.ssh/config`. It is only read.",
    scope: "machine-overridable",
    restricted: true,
  },
  "runline.codeLens": {
    type: "boolean",
    default: true,
    description: "Show **▷ Run** and the history of runs above training scripts.",
    scope: "window",
  },
  "runline.openRunOnStart": {
    type: "boolean",
    default: true,
    description: "Open the page of a run beside the editor when it is started.",
    scope: "window",
  },
  "runline.notifyOnEnd": {
    type: "boolean",
    default: true,
    description:
      "Tell when a run that took over a minute has ended, or makes no progress any more, while the window was not focused. Runs on other machines are told in any case.",
    scope: "window",
  },
  "runline.mlflow.terminals": {
    type: "boolean",
    default: false,
    description:
      "Let scripts in new terminals and notebooks of this folder log to Runline with MLflow's own client: `MLFLOW_TRACKING_URI` and `MLFLOW_TRACKING_TOKEN` are set for them, and a server on this machine's loopback address answers. One that you have set yourself stays.",
    scope: "window",
    restricted: true,
  },
  "runline.terminalCommand": {
    type: "boolean",
    default: true,
    description: "Make the command `runline` available in new terminals.",
    scope: "window",
  },
} as const satisfies Record<string, SettingSpec>;

export type SettingId = keyof typeof settings;

/** The type a setting has once it is read. */
export type SettingValue<S extends SettingId> = (typeof settings)[S]["type"] extends "boolean"
  ? boolean
  : (typeof settings)[S]["type"] extends "string"
    ? string
    : (typeof settings)[S]["type"] extends "strings"
      ? readonly string[]
      : (typeof settings)[S]["type"] extends "object"
        ? Readonly<Record<string, unknown>>
        : number;

export const views = {
  "runline.runs": { name: "Runs" },
  "runline.lineage": { name: "Lineage" },
  "runline.models": { name: "Models" },
  "runline.compute": { name: "Compute" },
} as const;

export type ViewId = keyof typeof views;

/** Why the Runs view has nothing to show; "none" while it is not known or there is something. */
export type WelcomeCause =
  | "none"
  | "empty"
  | "filtered"
  | "noPython"
  | "storeNewer"
  | "storeUnreadable"
  | "server"
  /** Told by the view's message. */
  | "trouble";

/** Context keys that Runline sets, with the values they take. */
export interface ContextKeys {
  readonly "runline.cause": WelcomeCause;
  readonly "runline.groupBy": "day" | "experiment";
  readonly "runline.filtered": boolean;
  readonly "runline.running": boolean;
  readonly "runline.deleted": boolean;
  readonly "runline.lineagePinned": boolean;
  /** This folder is connected to a team's server. */
  readonly "runline.mlflowServers": boolean;
  readonly "runline.hasModels": "unknown" | "yes" | "no";
}

export const contextKeys = {
  "runline.cause": true,
  "runline.groupBy": true,
  "runline.filtered": true,
  "runline.running": true,
  "runline.deleted": true,
  "runline.lineagePinned": true,
  "runline.mlflowServers": true,
  "runline.hasModels": true,
} as const satisfies Record<keyof ContextKeys, true>;

export interface Welcome {
  readonly view: ViewId;
  readonly when: string;
  readonly text: string;
}

const trustedHere = "isWorkspaceTrusted && workspaceFolderCount != 0 && !virtualWorkspace";
const noRuns = "runline.cause =~ /^(empty|noPython|storeNewer|storeUnreadable|server|trouble)$/";

/** One welcome per cause, one button each. */
export const welcomes: readonly Welcome[] = [
  {
    view: "runline.runs",
    when: "workspaceFolderCount == 0",
    text: "Open the folder of a training script to see its runs, or start with the [sample workspace](command:runline.openSample).\n[Open folder](command:vscode.openFolder)",
  },
  {
    view: "runline.runs",
    when: "virtualWorkspace && workspaceFolderCount != 0",
    text: "This workspace has no disk on this machine, so there are no local runs to show.\n[Open folder](command:vscode.openFolder)",
  },
  {
    view: "runline.runs",
    when: "!isWorkspaceTrusted && workspaceFolderCount != 0 && !virtualWorkspace && runline.cause =~ /^(empty|noPython)$/",
    text: "This workspace is not trusted: you can look at runs, but nothing is run.\n[Manage workspace trust](command:workbench.trust.manage)",
  },
  {
    view: "runline.runs",
    when: `${trustedHere} && runline.cause == noPython`,
    text: "No Python 3.8 or newer was found to run scripts with. Install one, or say where it is.\n[Choose interpreter](command:workbench.action.openSettings?%5B%22runline.python%22%5D)",
  },
  {
    view: "runline.runs",
    when: "workspaceFolderCount != 0 && runline.cause == storeNewer",
    text: "These runs are in a store that was written by a newer Runline. This one leaves it as it is: update Runline to see them.\n[Check for updates](command:workbench.extensions.action.checkForUpdates)",
  },
  {
    view: "runline.runs",
    when: `${trustedHere} && runline.cause == storeUnreadable`,
    text: "The store of this workspace can't be read; the [log](command:runline.showOutput) says why. It can be made anew from the run directories, and the old file is kept beside it.\n[Rebuild the store](command:runline.rebuildStore)",
  },
  {
    view: "runline.runs",
    when: "!isWorkspaceTrusted && workspaceFolderCount != 0 && runline.cause == storeUnreadable",
    text: "The store of this workspace can't be read; the [log](command:runline.showOutput) says why. In a trusted workspace it can be made anew from the run directories.\n[Manage workspace trust](command:workbench.trust.manage)",
  },
  {
    view: "runline.runs",
    when: "workspaceFolderCount != 0 && runline.cause == server",
    text: "Runline's server is not running. Runs go on; they are just not shown.\n[Try again](command:runline.refresh)",
  },
  {
    view: "runline.runs",
    when: `${trustedHere} && runline.cause == empty`,
    text: "No runs yet. Open a training script and press ▷ above it.\n[Open sample](command:runline.openSample)",
  },
  {
    view: "runline.runs",
    when: "workspaceFolderCount != 0 && runline.cause == filtered",
    text: "No run fits the filter.\n[Clear filter](command:runline.clearFilter)",
  },
  {
    view: "runline.lineage",
    when: `workspaceFolderCount == 0 || ${noRuns}`,
    text: "Once there is a run, this shows the data and code it was made from and what it made.",
  },
  {
    view: "runline.models",
    when: `workspaceFolderCount == 0 || runline.hasModels != yes && ${noRuns}`,
    text: "Models that are registered from runs stand here, with what is promoted and by whom.",
  },
  {
    view: "runline.models",
    when: "workspaceFolderCount != 0 && runline.hasModels == no && runline.cause =~ /^(none|filtered)$/",
    text: "No models yet. Register a file that a run has written.\n[Register model](command:runline.register)",
  },
  {
    view: "runline.compute",
    when: "workspaceFolderCount == 0",
    text: "Open a folder to see where its scripts can run: this machine, and others over SSH.\n[Open folder](command:vscode.openFolder)",
  },
  {
    view: "runline.compute",
    when: "workspaceFolderCount != 0",
    text: "This shows where runs can run and who uses what, once Runline's server answers.\n[Refresh](command:runline.refreshCompute)",
  },
];
