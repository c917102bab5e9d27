import { RunlineError } from "../../model/failure.ts";
import { formatDuration, formatValue } from "../../model/format.ts";
import { type Run, type RunState, runStates } from "../../model/run.ts";
import { sparkline } from "../../model/sparkline.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText, runJson } from "./json.ts";
import { painted, type Terminal } from "./terminal.ts";
import { plain, table } from "./text.ts";

/** Lists the runs of the workspace. */
export const runs: Command = {
  summary: "list the runs, newest first",
  usage: "[options]",
  words: [0, 0],
  options: {
    limit: { type: "string", short: "n", value: "<count>", help: "at most this many (default 50)" },
    state: {
      type: "string",
      value: "<state>",
      multiple: true,
      help: `only runs that are ${runStates.join(", ")}`,
    },
    script: { type: "string", value: "<path>", help: "only runs of this script" },
  },
  details: "With --json: an array of runs, each as runline show --json prints it in “run”.",
  async run({ project, terminal, json, text, texts }) {
    const states = texts("state").map(stateOf);
    const script = text("script");
    const query = {
      limit: countOf(text("limit") ?? "50"),
      ...(states.length === 0 ? {} : { states }),
      ...(script === undefined ? {} : { script }),
    };
    const found = (await (await project.store.existing())?.runs.list(query)) ?? [];
    if (json) await terminal.out(jsonText(found.map(runJson)));
    else if (found.length === 0)
      await terminal.out("No runs yet. Start one with runline run -- python train.py\n");
    else await terminal.out(`${runsTable(found, project.clock(), terminal).join("\n")}\n`);
    return exitCode.done;
  },
};

const marks: Readonly<Record<RunState, string>> = {
  queued: "◌",
  running: "●",
  finished: "✓",
  failed: "✗",
  cancelled: "⊘",
  lost: "?",
  orphaned: "!",
  unknown: "·",
};

/** State with its sign, in color where there is any. */
export function stateText(state: RunState, terminal: Pick<Terminal, "color">): string {
  const style = {
    finished: "green",
    failed: "red",
    running: "cyan",
    lost: "yellow",
    orphaned: "yellow",
  } as const;
  const word = `${marks[state]} ${state === "cancelled" ? "canceled" : state}`;
  return state in style ? painted(word, style[state as keyof typeof style], terminal) : word;
}

/** "val_acc 0.943", or nothing where a run has no key metric. */
export function keyMetricText(run: Run): string {
  const metric = run.keyMetric === null ? undefined : run.metrics[run.keyMetric];
  return metric === undefined ? "" : `${plain(run.keyMetric ?? "")} ${formatValue(metric.last)}`;
}

export function durationText(run: Run, now: number): string {
  return run.started === null ? "" : formatDuration((run.ended ?? now) - run.started);
}

function runsTable(found: readonly Run[], now: number, terminal: Terminal): string[] {
  const rows = found.map((run) => [
    run.id.slice(0, 12),
    `${run.starred ? "★ " : ""}${plain(run.name)}`,
    stateText(run.state, terminal),
    keyMetricText(run),
    sparkline(run.sparkline),
    durationText(run, now),
    plain(run.experiment),
    plain(run.reason ?? ""),
  ]);
  return table(
    [
      { title: "ID" },
      { title: "NAME", limit: 32 },
      { title: "STATE" },
      { title: "METRIC", limit: 32 },
      { title: "" },
      { title: "TIME", align: "right" },
      { title: "EXPERIMENT", limit: 24 },
      { title: "", limit: 60 },
    ],
    rows,
  );
}

function stateOf(text: string): RunState {
  const state = runStates.find((each) => each === text || (text === "canceled" && each === "cancelled"));
  if (state === undefined)
    throw new RunlineError("usage", {
      cause: `“${plain(text)}” is no state; states are ${runStates.join(", ")}.`,
    });
  return state;
}

/** A count that somebody gave as text. Throws `usage`. */
export function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return Math.min(count, 10_000);
  throw new RunlineError("usage", { cause: `“${plain(text)}” is no count.` });
}
