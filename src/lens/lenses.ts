/** The one line above a training script: run it, run it otherwise, what came of it so far. */

import { formatValue } from "../model/format.ts";
import type { TrainingScript } from "./trainingScript.ts";

/** What is known of a script from its runs. */
export interface LensFacts {
  /** Absolute path of the script: what the lens' commands are about. */
  readonly path: string;
  /** False in a workspace that is not trusted: then the lens only tells. */
  readonly canRun: boolean;
  readonly runs: number;
  readonly best: { readonly metric: string; readonly value: number; readonly run: string } | null;
  readonly champion: { readonly model: string; readonly version: number } | null;
}

export interface Lens {
  /** From 0. */
  readonly line: number;
  readonly title: string;
  readonly command: LensCommand;
  readonly args: readonly string[];
}

export type LensCommand = "runline.run" | "runline.runWith" | "runline.showScriptRuns" | "runline.showModel";

/** The lenses of a script in reading order, all on one line; none for a file that does not train. */
export function lenses(script: TrainingScript, facts: LensFacts): readonly Lens[] {
  const line = script.anchor;
  if (line === null) return [];
  const lens = (title: string, command: LensCommand, argument: string): Lens => ({
    line,
    title: plain(title),
    command,
    args: [argument],
  });
  const found: Lens[] = [];
  if (facts.canRun) {
    found.push(lens("▷ Run", "runline.run", facts.path));
    if (script.takesArguments) found.push(lens("⚙ Run with…", "runline.runWith", facts.path));
  }
  if (facts.runs > 0) found.push(lens(historyTitle(facts), "runline.showScriptRuns", facts.path));
  if (facts.champion !== null) {
    const { model, version } = facts.champion;
    found.push(lens(`champion ${short(model)} v${version}`, "runline.showModel", model));
  }
  return found;
}

function historyTitle({ runs, best }: LensFacts): string {
  const count = runs === 1 ? "1 run" : `${runs} runs`;
  if (best === null) return count;
  const value = `${short(best.metric)} ${formatValue(best.value)}`;
  return `${count}, ${runs === 1 ? "" : "best "}${value} (${short(best.run)})`;
}

function short(name: string): string {
  const characters = [...name];
  return characters.length <= 40 ? name : `${characters.slice(0, 39).join("")}…`;
}

/** The editor draws `$(name)` in a title as an icon; in a name of the user's it is only text. */
function plain(title: string): string {
  return title.replace(/\s+/g, " ").replace(/\$\(/g, "$\u200b(");
}
