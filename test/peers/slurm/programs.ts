import { spawn } from "node:child_process";

export interface Asked {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs programs in an environment; one that can't be started answers 127. */
export function programIn(env: NodeJS.ProcessEnv) {
  return (program: string, ...args: readonly string[]): Promise<Asked> =>
    new Promise((resolve) => {
      const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      let out = "";
      let err = "";
      child.stdout.on("data", (bytes: Buffer) => {
        out += bytes.toString();
      });
      child.stderr.on("data", (bytes: Buffer) => {
        err += bytes.toString();
      });
      child.on("error", (error) => resolve({ code: 127, out, err: error.message }));
      child.on("close", (code) => resolve({ code: code ?? 1, out, err }));
    });
}
