/** All levels of tests, or those that are named, one after the other. The last line is `N passed, M failed`. */

import { stripVTControlCharacters } from "node:util";
import { ensureBuilt } from "../editor/built.ts";
import { checkLevel } from "./checkLevel.ts";
import { chosenFiles } from "./chosenFiles.ts";
import { hostLevel } from "./hostLevel.ts";
import type { Level, Outcome } from "./level.ts";
import { uiLevel } from "./uiLevel.ts";
import { vitestLevel } from "./vitestLevel.ts";

const levels: readonly Level[] = [
  checkLevel,
  vitestLevel("unit"),
  vitestLevel("package"),
  vitestLevel("faults"),
  vitestLevel("peers"),
  hostLevel,
  uiLevel,
];

const usage = `Usage: npm test [-- <level>… <part of a file's path>…]
  Levels: ${levels.map(({ name }) => name).join(", ")}
`;
const say = (line: string) => process.stdout.write(`${line}\n`);
const everythingMustRun = /^(1|true)$/i.test(process.env.CI ?? "");

async function runLevel(level: Level, filters: readonly string[]): Promise<Outcome> {
  say(`\n── ${level.name}`);
  const outcome = await level.run({ say, filters });
  if (outcome.missing === undefined) return outcome;
  say(`  ${everythingMustRun ? "missing" : "skipped: this level needs"} ${outcome.missing}`);
  return everythingMustRun ? { ...outcome, failed: outcome.failed + 1 } : outcome;
}

async function build(): Promise<Outcome> {
  const output = await ensureBuilt(say);
  if (output === undefined) return { passed: 0, failed: 0 };
  say(output);
  return { passed: 0, failed: 1 };
}

const mostCauses = 12;
const mostLines = 12;

/** The last lines may be all that somebody gets to see of a run elsewhere, so what failed is said once more. */
function sayCauses(outcomes: ReadonlyMap<string, Outcome>): void {
  const causes = [...outcomes.values()].flatMap((outcome) => outcome.causes ?? []);
  for (const cause of causes.slice(0, mostCauses))
    say(`\n✗ ${stripVTControlCharacters(cause).split("\n").slice(0, mostLines).join("\n    ")}`);
  if (causes.length > mostCauses) say(`\n✗ ${causes.length - mostCauses} more`);
}

function summary(outcomes: ReadonlyMap<string, Outcome>): void {
  sayCauses(outcomes);
  say("");
  for (const [name, { passed, failed, missing }] of outcomes)
    say(`${name.padEnd(8)} ${passed} passed, ${failed} failed${missing ? ` (needs ${missing})` : ""}`);
  const sum = (of: (outcome: Outcome) => number) =>
    [...outcomes.values()].reduce((total, it) => total + of(it), 0);
  const failed = sum((it) => it.failed);
  process.exitCode = failed === 0 ? 0 : 1;
  say(`${sum((it) => it.passed)} passed, ${failed} failed`);
}

/**
 * Runs the levels named in the arguments, all where none is; other arguments choose files within them, and then only levels that have such
 * files run. The exit code is 2 for an argument that fits nothing.
 */
export async function runAll(args: readonly string[]): Promise<void> {
  const named = levels.filter((level) => args.includes(level.name));
  const filters = args.filter((arg) => !levels.some((level) => level.name === arg));
  const among = named.length > 0 ? named : levels;
  const fits = (words: readonly string[]) => (level: Level) => chosenFiles(level.name, words).length > 0;
  const unknown = filters.filter((filter) => !among.some(fits([filter])));
  if (unknown.length > 0) {
    process.stderr.write(
      `No test is called ${unknown.join(" or ")}${named.length > 0 ? " there" : ""}.\n${usage}`,
    );
    process.exitCode = 2;
    return;
  }
  const chosen = filters.length > 0 ? among.filter(fits(filters)) : among;
  const outcomes = new Map<string, Outcome>([["build", await build()]]);
  for (const level of chosen) outcomes.set(level.name, await runLevel(level, filters));
  summary(outcomes);
}
