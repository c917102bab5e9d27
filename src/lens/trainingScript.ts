/** A Python file as Runline sees it: does it train, where does its lens stand, what can be asked about which word. */

import type { ScriptArgument } from "../model/scriptArgument.ts";
import { type ArgumentMention, argumentMentions } from "./argumentMentions.ts";
import type { Grammar } from "./grammar.ts";
import { emissions, type MetricMention, metricMentions } from "./metricMentions.ts";
import { scan } from "./scan.ts";
import { scriptArguments } from "./scriptArguments.ts";
import { readsCommandLine, training } from "./training.ts";

/** Lines count from 0. */
export interface TrainingScript {
  readonly isTraining: boolean;
  /** Line of `if __name__ == "__main__":`. */
  readonly mainGuard: number | null;
  /** Line of the first call that trains as a whole, such as `trainer.fit(…)`. */
  readonly trainCall: number | null;
  /** Line above which the lens stands; null for a file that does not train. */
  readonly anchor: number | null;
  readonly arguments: readonly ScriptArgument[];
  /** It reads a command line, though what it takes may be told elsewhere: in a configuration, in an imported module. */
  readonly takesArguments: boolean;
  readonly metricMentions: readonly MetricMention[];
  readonly argumentMentions: readonly ArgumentMention[];
}

/** Longer texts are generated or data, and are not read. UTF-16 units. */
const textLimit = 2_000_000;

const nothing: TrainingScript = {
  isTraining: false,
  mainGuard: null,
  trainCall: null,
  anchor: null,
  arguments: [],
  takesArguments: false,
  metricMentions: [],
  argumentMentions: [],
};

/**
 * Reads a script. Any text will do: unfinished, empty or no Python at all gives what can be told of it. `file` is the name or path of the
 * script, where it has one. Never throws.
 */
export function readScript(grammar: Grammar, text: string, file = ""): TrainingScript {
  if (text.length > textLimit) return nothing;
  const script = grammar.read(text, (root): TrainingScript => {
    const found = scan(root, text);
    const emitted = emissions(found);
    const declared = scriptArguments(found);
    const { isTraining, trainCall } = training(found, emitted, text, file);
    return {
      isTraining,
      mainGuard: found.guardLine,
      trainCall,
      anchor: isTraining ? (found.guardLine ?? trainCall ?? 0) : null,
      arguments: declared.map(({ argument }) => argument),
      takesArguments: declared.length > 0 || readsCommandLine(found, text),
      metricMentions: metricMentions(found, emitted),
      argumentMentions: argumentMentions(text, found, declared),
    };
  });
  return script ?? nothing;
}
