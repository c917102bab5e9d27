/** Git, driven so that nothing of the user's is touched: no hooks, no signing, no prompts, no background work, own index. */

import { type SimpleGit, simpleGit } from "simple-git";

export interface GitOptions {
  /** An index file of our own; without it git's read-only commands look at the user's. */
  readonly index?: string;
  readonly signal?: AbortSignal;
}

/** Runs one git command and answers its output. Throws when git fails, with its message. */
export interface Git {
  (args: readonly string[], input?: string): Promise<string>;
  /** The bytes of a blob. */
  readonly blob: (id: string) => Promise<Uint8Array>;
}

const configuration = [
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "core.splitIndex=false",
  "core.safecrlf=false",
  "core.quotePath=false",
  "core.hooksPath=/dev/null/none",
  "commit.gpgSign=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.addEmbeddedRepo=false",
  "diff.ignoreSubmodules=none",
];

/** The same snapshot of the same commit is the same object: names and times in it are fixed, the real time is in the run's record. */
const identity = {
  GIT_AUTHOR_NAME: "Runline",
  GIT_AUTHOR_EMAIL: "runline@localhost",
  GIT_COMMITTER_NAME: "Runline",
  GIT_COMMITTER_EMAIL: "runline@localhost",
  GIT_AUTHOR_DATE: "1000000000 +0000",
  GIT_COMMITTER_DATE: "1000000000 +0000",
};

/** Git in a folder. Variables of a surrounding git (a hook, `git commit --exec`) are not inherited. */
export function gitIn(folder: string, options: GitOptions = {}): Git {
  const environment: Record<string, string> = {
    ...plainEnvironment(),
    ...identity,
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    LC_ALL: "C",
  };
  if (options.index !== undefined) environment.GIT_INDEX_FILE = options.index;
  const start = (input?: string): SimpleGit =>
    simpleGit({
      baseDir: folder,
      config: configuration,
      allowEnvironment: Object.keys(environment).filter((name) => name.startsWith("GIT_")),
      unsafe: { allowUnsafeFsMonitor: true, allowUnsafeHooksPath: true },
      completion: { onClose: true, onExit: false },
      timeout: { block: 120_000 },
      ...(options.signal === undefined ? {} : { abort: options.signal }),
      ...(input === undefined ? {} : { input: () => input }),
    }).env(environment);
  return Object.assign((args: readonly string[], input?: string) => start(input).raw([...args]), {
    blob: (id: string): Promise<Uint8Array> => start().showBuffer([id]),
  });
}

const dangerous = /^(?:GIT_|EDITOR$|VISUAL$|PAGER$|PREFIX$|SSH_ASKPASS)/i;

function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !dangerous.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}
