/** One argument that a training script declares (argparse, click), read from its text. */
export interface ScriptArgument {
  /** The name its value has in the script, e.g. `learning_rate`. */
  readonly name: string;
  /** Flags as declared, e.g. `["-l", "--learning-rate"]`; empty for a positional argument. */
  readonly flags: readonly string[];
  readonly type: string | null;
  readonly defaultValue: string | null;
  readonly choices: readonly string[];
  readonly help: string;
  readonly required: boolean;
  /** A switch without a value (`store_true`). */
  readonly flagOnly: boolean;
}
