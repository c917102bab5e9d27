/** What the editor's requests are answered from: the project, and what only a window has. */

import type { Prompter } from "../../model/host.ts";
import type { ScriptArgument } from "../../model/scriptArgument.ts";
import type { MachineWatch } from "../../ops/machines.ts";
import type { Gate } from "../mlflow/gate.ts";
import type { WindowServer } from "../mlflow/windowServer.ts";
import type { Teams } from "../mlflowClient/teams.ts";
import type { Project } from "../project.ts";

export interface Context extends Project {
  readonly scripts: ScriptReader;
  /** Asks the person before the window what ssh wants to know. */
  readonly ask: Prompter;
  /** What this machine and the hosts are doing; null where there is no other machine to be had. */
  readonly machines: MachineWatch | null;
  /** Answers MLflow's protocol for this folder, once somebody asks for its address. */
  readonly mlflow: WindowServer;
  /** Lets the runs that are started here ask what they can't answer alone. */
  readonly gate: Gate;
  /** The team's own MLflow servers. */
  readonly teams: Teams;
}

export interface ScriptReader {
  /** Arguments that a script declares, as the window shows it or else as it is on the disk. Throws `scriptMissing`. */
  argumentsOf(path: string): Promise<readonly ScriptArgument[]>;
}
