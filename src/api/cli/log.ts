import { runFile } from "../../model/journal.ts";
import { findRun } from "../../ops/findRun.ts";
import { logSlice } from "../../ops/logSlice.ts";
import { type Command, exitCode } from "./command.ts";
import { connect, reachRun } from "./hosts.ts";
import { jsonText } from "./json.ts";
import { tellOnce } from "./trouble.ts";
import { watchRun } from "./watchRun.ts";

const blockBytes = 1024 * 1024;

/** Prints what a run has printed. */
export const log: Command = {
  summary: "print the output of a run, byte by byte as it was written",
  usage: "[options] <run>",
  words: [1, 1],
  options: {
    follow: {
      type: "boolean",
      short: "f",
      help: "go on until the run has ended; Ctrl+C ends only the watching",
    },
    job: { type: "boolean", help: "what Slurm and the recorder have said in the run's job, instead" },
  },
  details: 'With --json: {"id", "name", "bytes", "text"}, once; text is decoded as UTF-8.',
  async run(call) {
    const {
      project,
      terminal,
      json,
      words: [name = ""],
      flag,
    } = call;
    const store = await project.store.existing();
    const found = await findRun(name, store);
    if (flag("job")) {
      if (found.host !== "here") await connect(found.host, call);
      const said = await project.compute.read(found.directory, runFile.slurmLog, 0, blockBytes);
      const text = Buffer.from(said.bytes).toString("utf8");
      await terminal.out(json ? jsonText({ id: found.id, name: found.name, bytes: said.size, text }) : text);
      return exitCode.done;
    }
    if (flag("follow")) await reachRun(found, call);
    const blocks: Uint8Array[] = [];
    const output = json ? async (bytes: Uint8Array) => void blocks.push(bytes) : terminal.out;
    if (flag("follow")) {
      const leave = new AbortController();
      const interrupt = terminal.onInterrupt(() => leave.abort());
      await watchRun(found.id, { project, output, failed: tellOnce(terminal), leave: leave.signal });
      interrupt[Symbol.dispose]();
      if (leave.signal.aborted) return exitCode.canceled;
    } else
      for (let offset = 0; ; ) {
        const { bytes } = await logSlice(
          { id: found.id, offset, length: blockBytes },
          store,
          project.compute,
        );
        if (bytes.byteLength === 0) break;
        await output(bytes);
        offset += bytes.byteLength;
      }
    if (json) {
      const bytes = Buffer.concat(blocks);
      await terminal.out(
        jsonText({ id: found.id, name: found.name, bytes: bytes.length, text: bytes.toString("utf8") }),
      );
    }
    return exitCode.done;
  },
};
