/** A program that runs in the foreground as long as a test wants it to: started, ended without a word, started again. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";

export interface DaemonWish {
  readonly argv: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** Its output goes here, after what is there already. */
  readonly log: string;
  /** Whether it answers by now. */
  readonly ready: () => Promise<boolean>;
}

export interface Daemon {
  /** Resolves once it answers; throws with the end of its output where it ended instead. */
  start(): Promise<void>;
  /** Ends it at once (SIGKILL); what it started in sessions of its own goes on. */
  kill(): Promise<void>;
  readonly pid: number | undefined;
}

const patience = 30_000;

export function daemonOf({ argv, env, log, ready }: DaemonWish): Daemon {
  const [program] = argv;
  let child: ChildProcess | null = null;
  return {
    get pid() {
      return child?.pid;
    },
    async start() {
      const output = await open(log, "a");
      // Nothing of it stays where the tests are killed.
      const started = spawn("setpriv", ["--pdeathsig", "KILL", ...argv], {
        env,
        stdio: ["ignore", output.fd, output.fd],
      });
      child = started;
      let ended: string | null = null;
      started.once("error", (error) => {
        ended = error.message;
      });
      started.once("exit", (code, signal) => {
        ended ??= `exit ${code ?? signal}`;
      });
      await output.close();
      for (const late = Date.now() + patience; !(await ready()); await pause()) {
        if (ended !== null) throw new Error(`${program} did not start (${ended}); its output is in ${log}`);
        if (Date.now() > late) throw new Error(`${program} does not answer; its output is in ${log}`);
      }
    },
    async kill() {
      const last = child;
      child = null;
      if (last?.pid === undefined || last.exitCode !== null || last.signalCode !== null) return;
      const gone = once(last, "exit");
      last.kill("SIGKILL");
      await gone;
    },
  };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
