/** Where a command prints. Passed in, so that a test reads what a person would see. */

export interface Terminal {
  /** Standard output; waits where the reader is slow. */
  out(text: string | Uint8Array): Promise<void>;
  /** Standard error. */
  note(text: string | Uint8Array): void;
  /** Colors may be used in standard output. */
  readonly color: boolean;
  /** The same for standard error. */
  readonly noteColor: boolean;
  /** Standard output is a terminal with a person before it. */
  readonly interactive: boolean;
  /** Calls back on Ctrl+C (and on SIGTERM) until disposed; while nobody listens, they end the command as usual. */
  onInterrupt(handler: () => void): Disposable;
}

interface StandardStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

const interrupts = ["SIGINT", "SIGTERM"] as const;

/** The terminal of this process. A reader that goes away (`| head`) ends the command without a word. */
export function processTerminal(standard: StandardStreams): Terminal {
  const { stdout, stderr, env } = standard;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  // Nobody may be reading what is said beside the output; that is no reason to stop, or to fail, what is done.
  stderr.on("error", () => undefined);
  const interactive = stdout.isTTY === true;
  const wanted = !env.NO_COLOR && env.TERM !== "dumb";
  return {
    interactive,
    color: interactive && wanted,
    noteColor: stderr.isTTY === true && wanted,
    note: (text) => void stderr.write(text),
    out: async (text) => {
      if (!stdout.write(text)) await new Promise<void>((resolve) => stdout.once("drain", resolve));
    },
    onInterrupt(handler) {
      for (const signal of interrupts) process.on(signal, handler);
      return {
        [Symbol.dispose]() {
          for (const signal of interrupts) process.off(signal, handler);
        },
      };
    },
  };
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Text in a color where colors may be used. */
export function painted(text: string, style: keyof typeof codes, terminal: Pick<Terminal, "color">): string {
  const start = String.fromCharCode(27);
  return terminal.color && text !== "" ? `${start}[${codes[style]}m${text}${start}[0m` : text;
}
