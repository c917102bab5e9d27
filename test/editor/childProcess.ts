import { type ChildProcess, spawn } from "node:child_process";

/** A server process of a test or of `npm start`, with its last output kept for messages. */
export interface Running {
  readonly child: ChildProcess;
  output(): string;
  /** Ends the process and all that stayed in its process group; resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends them all at once, without a word of warning, as the kernel does when memory runs out. */
  kill(): Promise<void>;
}

const keptOutput = 200_000;

/** Starts a program in its own process group. */
export function startProcess(
  argv: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Running {
  const [command, ...args] = argv;
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let kept = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      kept = (kept + bytes.toString()).slice(-keptOutput);
    });
  const gone = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  const kill = () => {
    signalGroup(child, "SIGKILL");
    return gone;
  };
  return { child, output: () => kept, stop: () => stopGroup(child, gone), kill };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function stopGroup(child: ChildProcess, gone: Promise<void>): Promise<void> {
  signalGroup(child, "SIGTERM");
  const hurry = setTimeout(() => signalGroup(child, "SIGKILL"), 5_000);
  await gone;
  clearTimeout(hurry);
  signalGroup(child, "SIGKILL");
}

/** Waits for a line of output that fits; rejects with the output when the process ends first or takes too long. */
export function waitForOutput(running: Running, pattern: RegExp, timeout: number): Promise<RegExpExecArray> {
  const { child } = running;
  return new Promise((resolve, reject) => {
    const fail = (cause: string) => () =>
      reject(new Error(`${cause}. Its output:\n${running.output().slice(-4000)}`));
    const timer = setTimeout(
      fail(`${child.spawnfile} did not say ${pattern} within ${timeout / 1000} s`),
      timeout,
    );
    const look = () => {
      const match = pattern.exec(running.output());
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.once("close", fail(`${child.spawnfile} ended`));
    child.once("error", (error) => reject(error));
    look();
  });
}
