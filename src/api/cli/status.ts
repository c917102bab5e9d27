import { formatBytes } from "../../model/format.ts";
import { projectStatus } from "../status.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";
import { plain } from "./text.ts";
import { tell } from "./trouble.ts";

/** Shows where everything is, and whether it can be used. */
export const status: Command = {
  summary: "show where runs and store are, and whether they can be used",
  usage: "[options]",
  words: [0, 0],
  options: {},
  details: 'With --json: {"location", "directory", "runs", "bytes", "python", "failure", "versions"}.',
  async run({ project, terminal, json }) {
    const found = await projectStatus(project);
    const exit = found.failure === null ? exitCode.done : exitCode.failed;
    if (json) {
      await terminal.out(jsonText(found));
      return exit;
    }
    const facts = {
      directory: found.directory,
      runs: String(found.runs),
      store: found.bytes === 0 ? "not made yet" : `${found.location} (${formatBytes(found.bytes)})`,
      python: found.python ?? "none found",
      ...found.versions,
    };
    await terminal.out(
      Object.entries(facts)
        .map(([key, value]) => `${key.padEnd(12)}${plain(value)}\n`)
        .join(""),
    );
    if (found.failure !== null) tell(found.failure, terminal);
    return exit;
  },
};
