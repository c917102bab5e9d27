/** A failure as a person reads it in a terminal. */

import { type Failure, failureOf } from "../../model/failure.ts";
import type { Terminal } from "./terminal.ts";
import { plain } from "./text.ts";

/** What happened, then what to do, on standard error. */
export function tell(
  { message, next }: Pick<Failure, "message" | "next">,
  terminal: Pick<Terminal, "note">,
): void {
  const indented = (text: string) => text.split("\n").map(plain).join("\n  ");
  terminal.note(`runline: ${indented(message)}\n  ${indented(next)}\n`);
}

/** For what is tried again and again: each trouble is told once. */
export function tellOnce(terminal: Pick<Terminal, "note">): (thrown: unknown) => void {
  const told = new Set<string>();
  return (thrown) => {
    const what = failureOf(thrown);
    if (told.has(what.message)) return;
    told.add(what.message);
    tell(what, terminal);
  };
}
