/** How Runline calls ssh: the person's own program and configuration, with everything off that a data channel has no use for. */

import { RunlineError } from "../../model/failure.ts";
import { isHostName } from "../../model/host.ts";

export interface SshProgram {
  /** The program; default `ssh`. */
  readonly program?: string;
  /** A configuration file in place of the person's own. */
  readonly configuration?: string;
}

export interface SshWish extends SshProgram {
  readonly host: string;
  /** A person waits and may be asked; else ssh must not ask anything. */
  readonly person: boolean;
  /** A connection that the person's own ssh shares may be used. Off after it has failed once: it may be dead without knowing. */
  readonly shared: boolean;
}

/**
 * `RemoteCommand` and `ControlMaster` of the configuration are for terminals: we bring our own command and never become the connection
 * that other sessions hang on. Host keys are checked as the person has set it.
 */
const fixed = [
  ...["ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no"],
  ...[
    "RemoteCommand=none",
    "RequestTTY=no",
    "ControlMaster=no",
    "EscapeChar=none",
    "Tunnel=no",
    "LogLevel=INFO",
  ],
  ...["ConnectTimeout=10", "ServerAliveInterval=15", "ServerAliveCountMax=3", "TCPKeepAlive=yes"],
];

/** Throws `hostInvalid` for a name that ssh could take for something else. */
export function sshArguments(wish: SshWish): readonly string[] {
  if (!isHostName(wish.host)) throw new RunlineError("hostInvalid", { host: JSON.stringify(wish.host) });
  const options = [
    ...fixed,
    `BatchMode=${wish.person ? "no" : "yes"}`,
    ...(wish.person ? ["NumberOfPasswordPrompts=3"] : []),
    ...(wish.shared ? [] : ["ControlPath=none"]),
  ];
  return [
    ...(wish.configuration === undefined ? [] : ["-F", wish.configuration]),
    ...["-T", "-a", "-x"],
    ...options.flatMap((option) => ["-o", option]),
    ...["--", wish.host, "exec sh"],
  ];
}
