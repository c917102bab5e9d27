import * as path from "node:path";
import { RunlineError } from "../../model/failure.ts";
import type { Imported } from "../../ops/importRuns.ts";
import { importPlace, placesAt } from "../../ops/importRuns.ts";
import { type Call, type Command, exitCode } from "./command.ts";
import { jsonText } from "./json.ts";
import { plain } from "./text.ts";

/** Takes over what other tools have left behind. */
export const importCommand: Command = {
  summary: "take over runs and models of other tools; nothing is changed where they lie",
  usage: "[options] <path>",
  words: [1, 1],
  options: { again: { type: "boolean", help: "Bring back runs that were deleted here" } },
  details: `The path is a folder mlruns/ or a file mlflow.db of MLflow of any version, a folder of TensorBoard's event files, an offline .wandb file,
or a folder of DVCLive, Lightning's CSVLogger or Ultralytics; or a folder above them. Importing again adds what has come since.

Files of up to 16 MB (256 MB of a run) are copied to the run; of others it is only kept where they are. Runs and models that were deleted
there are left out, and runs that were deleted here. A run of a log that does not say how it ended counts as finished; one that says it is running, and was not heard of for a day, as lost.

With --json: a list of {"kind", "path", "runs": {"new", "grown", "same", "taken", "deleted"}, "versions", "aliases", "troubles", "canceled"}, one for each
place. Exit code 1 when something could not be read, 130 when it was stopped; what is there then is whole, and the next import goes on.`,
  async run(call) {
    const { project, folder, terminal, json, words, flag } = call;
    const readers = project.foreign;
    if (readers === undefined) throw new RunlineError("usage", { cause: "Nothing can be imported here." });
    const places = await placesAt(path.resolve(folder, words[0] ?? "."), readers);
    const { layout, compute, clock } = project;
    const store = await project.store.needed();
    const stop = new AbortController();
    const listening = terminal.onInterrupt(() => stop.abort());
    const all: Imported[] = [];
    try {
      for (const place of places) {
        if (stop.signal.aborted) break;
        const parts = { store, layout, compute, clock, readers };
        const calls = { signal: stop.signal, progress: progressIn(call), again: flag("again") };
        const imported = await importPlace(place, parts, calls);
        all.push(imported);
        if (!json) await terminal.out(told(imported));
      }
    } finally {
      listening[Symbol.dispose]();
    }
    if (json) await terminal.out(jsonText(all.map(importedJson)));
    if (stop.signal.aborted) return exitCode.canceled;
    return all.some(({ troubleCount }) => troubleCount > 0) ? exitCode.failed : exitCode.done;
  },
};

/** How far it is, on one line of a terminal that a person looks at. */
function progressIn({ terminal, json }: Call): (done: number, of: number | null) => void {
  let last = 0;
  return (done, of) => {
    const now = Date.now();
    if (json || !terminal.interactive || (now - last < 200 && done !== of)) return;
    last = now;
    terminal.note(`\r${done}${of === null ? "" : ` of ${of}`} runs${done === of ? "\n" : ""}`);
  };
}

function told({ place, runs, versions, aliases, troubles, troubleCount, canceled }: Imported): string {
  const parts = [
    `${runs.new} new`,
    ...(runs.grown > 0 ? [`${runs.grown} with more than before`] : []),
    ...(runs.same > 0 ? [`${runs.same} as before`] : []),
    ...(runs.taken > 0 ? [`${runs.taken} that are runs of Runline already`] : []),
    ...(runs.deleted > 0 ? [`${runs.deleted} left out, deleted here (--again brings them back)`] : []),
    ...(versions > 0 ? [`${versions} model version${versions === 1 ? "" : "s"}`] : []),
    ...(aliases > 0 ? [`${aliases} alias${aliases === 1 ? "" : "es"}`] : []),
  ];
  const shown = troubles.slice(0, 20).map(({ about, text }) => `  ! ${plain(about)}: ${plain(text)}\n`);
  const more = troubleCount > shown.length ? [`  ! and ${troubleCount - shown.length} more\n`] : [];
  const head = `${plain(place.path)} (${place.kind}): ${parts.join(", ")}`;
  return `${head}${canceled ? "; stopped, import again for the rest" : ""}\n${[...shown, ...more].join("")}`;
}

function importedJson({ place, troubleCount: _, ...imported }: Imported) {
  return { ...place, ...imported };
}
