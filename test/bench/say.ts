/** What is going on, for whoever waits; standard output is for the figures alone. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
