/** What ssh says when it fails, as a failure for a person: what happened, and whether only they can help. Pure. */

import { type FailureCode, failure } from "../../model/failure.ts";
import type { Trouble } from "../transport.ts";

interface Rule {
  readonly says: RegExp;
  readonly code: FailureCode;
  readonly ask: boolean;
  /** May use the groups of the expression as $1 …; absent where the failure's text says it all. */
  readonly cause?: string;
  readonly step?: string;
}

/** The first that fits. Order matters: a changed key also fails the verification. */
const rules: readonly Rule[] = [
  { says: /REMOTE HOST IDENTIFICATION HAS CHANGED|Offending \S+ key in/, code: "hostKeyChanged", ask: true },
  { says: /REVOKED HOST KEY|host key .* is revoked/i, code: "hostKeyChanged", ask: true },
  { says: /Host key verification failed|No \S+ host key is known for/, code: "hostKeyUnknown", ask: true },
  {
    says: /Too many authentication failures/,
    code: "hostSignIn",
    ask: true,
    cause: "too many keys were tried",
  },
  {
    says: /(?:Permission denied|Authentication failed)(?: \(([\w,-]+)\))?/,
    code: "hostSignIn",
    ask: true,
    cause: "it accepts $1",
  },
  {
    says: /No (?:more|supported) authentication methods/,
    code: "hostSignIn",
    ask: true,
    cause: "no way to sign in is left",
  },
  {
    says: /Could not resolve hostname [^:]*: (.*)/,
    code: "hostUnreachable",
    ask: false,
    cause: "its name is not known",
    step: "Check the name and your network.",
  },
  {
    says: /port (\d+): Connection refused/,
    code: "hostUnreachable",
    ask: false,
    cause: "port $1 refused",
    step: "Is sshd running?",
  },
  {
    says: /(?:Connection|Operation) timed out|Timeout, server .* not responding|banner exchange/,
    code: "hostUnreachable",
    ask: false,
    cause: "it does not answer",
    step: "Is it up, and is your network or VPN?",
  },
  {
    says: /No route to host|Network is unreachable|Host is down/,
    code: "hostUnreachable",
    ask: false,
    cause: "there is no way to it",
    step: "Is your network or VPN up?",
  },
  {
    says: /Session open refused|channel \d+: open failed|open failed: administratively prohibited|(?:exec|shell) request failed on channel/,
    code: "hostRefused",
    ask: false,
    cause: "it allows no more sessions",
  },
  {
    says: /This account is currently not available|account is (?:locked|expired)|System is (?:going|booting)/i,
    code: "hostRefused",
    ask: false,
    cause: "$0",
  },
  {
    says: /Bad configuration option|terminating, \d+ bad configuration|unsupported option/i,
    code: "hostUnreachable",
    ask: true,
    cause: "your SSH configuration has a mistake",
    step: "See what ssh says in a terminal.",
  },
  {
    says: /Exceeded MaxStartups|kex_exchange_identification|Connection (?:closed|reset) by|ssh_exchange_identification/,
    code: "hostUnreachable",
    ask: false,
    cause: "it closed the connection",
    step: "It may be overloaded or restarting.",
  },
];

/** `said` is what ssh wrote to its standard error before it ended. */
export function troubleOf(host: string, said: string): Trouble {
  for (const { says, code, ask, cause, step } of rules) {
    const found = says.exec(said);
    if (found === null) continue;
    const filled = (cause ?? "").replace(
      /\$(\d)/g,
      (_all, group) => found[Number(group)] ?? "nothing you have",
    );
    return { failure: failure(code, { host, cause: filled, step: step ?? "" }), ask };
  }
  const last = lastLine(said);
  const cause = last === "" ? "ssh ended without a word" : last;
  return {
    failure: failure("hostUnreachable", { host, cause, step: "It is tried again by itself." }),
    ask: false,
  };
}

/** The last line that says something, safe to show. */
export function lastLine(said: string): string {
  const lines = said.split(/[\r\n]+/).map(shown);
  return (lines.findLast((line) => line !== "") ?? "").replace(/\.$/, "").slice(0, 300);
}

/** Text of another machine without what could move a cursor or turn the reading direction. */
export function shown(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}
