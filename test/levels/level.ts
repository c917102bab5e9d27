import type { Say } from "../editor/need.ts";

/** What a level of tests came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What failed and why, each in some lines. */
  readonly causes?: readonly string[];
  /** Why the level, or a part of it, did not run. Where everything must run this counts as a failure. */
  readonly missing?: string;
}

export interface LevelContext {
  readonly say: Say;
  /** What was asked for besides the level: parts of names of test files. */
  readonly filters: readonly string[];
}

export interface Level {
  readonly name: string;
  run(context: LevelContext): Promise<Outcome>;
}
