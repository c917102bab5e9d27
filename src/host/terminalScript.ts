/** The scripts behind the command `runline`. Pure. */

/** For POSIX shells. Paths may hold anything, quotes and blanks included. */
export function shellScript(node: string, cli: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'"'"'`)}'`;
  return `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${quoted(node)} ${quoted(cli)} "$@"\n`;
}

/** For cmd.exe. A percent sign would be a variable, so it is doubled. */
export function windowsScript(node: string, cli: string): string {
  const quoted = (text: string) => `"${text.replaceAll("%", "%%")}"`;
  return `@echo off\r\nsetlocal\r\nset ELECTRON_RUN_AS_NODE=1\r\n${quoted(node)} ${quoted(cli)} %*\r\n`;
}
