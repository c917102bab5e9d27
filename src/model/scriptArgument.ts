/** One argument that a training script declares, for argparse, click and other parsers, read from its text. */
export interface ScriptArgument {
  /** The name its value has in the script, e.g. `learning_rate`. */
  readonly name: string;
  /** Flags as declared, e.g. `["-l", "--learning-rate"]`; empty for a positional argument. */
  readonly flags: readonly string[];
  /** `int`, `float`, `str`, `path`, or the name of the script's own converter; null where none is known. */
  readonly type: string | null;
  /** As Python would print it; null for None, for none, and for what only running the script can tell. */
  readonly defaultValue: string | null;
  readonly choices: readonly string[];
  readonly help: string;
  readonly required: boolean;
  /** A switch without a value (`store_true`). */
  readonly flagOnly: boolean;
  /** The one of `flags` that turns a switch off. Absent: the switch can only be turned on. */
  readonly offFlag?: string;
  /** `several`: values follow one flag (`--sizes 64 32`); `repeated`: the flag is given once for each. Absent: one value. */
  readonly values?: "several" | "repeated";
  /** The subcommand it belongs to, e.g. `fit`: it stands behind that one and means nothing with another. Absent: the whole script's. */
  readonly command?: string;
  /** It chooses the subcommand: its choices are their names. At most one of a script. */
  readonly isCommand?: true;
}
