/** Runs for the page tests, written into a real store: ordinary ones, and every kind that makes a page look wrong. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { CodeSnapshot, JournalRecord, MetricRecord } from "../../../src/model/journal.ts";
import type { RunState } from "../../../src/model/run.ts";
import { runIdAt } from "../../../src/model/runId.ts";
import type { Store } from "../../../src/store/store.ts";

const hour = 3_600_000;

export interface SampleRun {
  readonly name: string;
  readonly index: number;
  readonly state: RunState;
  readonly reason?: string;
  readonly steps: number;
  readonly learningRate: number;
  readonly records?: readonly JournalRecord[];
  readonly log?: string;
  readonly note?: string;
  /** Empty for one that a client has logged. */
  readonly argv?: readonly string[];
  readonly host?: string;
  /** Where it is not the usual git snapshot. */
  readonly code?: CodeSnapshot;
}

/** A repeatable sequence in [0, 1). */
export function noise(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Adds a run with metrics, parameters, files and output. `now` is when the newest run ended. Answers its id. */
export async function addRun(store: Store, folder: string, sample: SampleRun, now: number): Promise<string> {
  const created = now - hour * 2 + sample.index * 60_000;
  const random = noise(sample.index + 1);
  const id = runIdAt(
    created,
    Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)),
  );
  const directory = path.join(folder, id);
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, "output.log"), sample.log ?? ordinaryLog(sample));
  const argv = sample.argv ?? ["python", "train.py", "--learning-rate", String(sample.learningRate)];
  await store.runs.create({
    id,
    name: sample.name,
    experiment: "digits",
    host: sample.host ?? "here",
    argv,
    cwd: "/home/ana/digits",
    script: "train.py",
    code: sample.code ?? {
      kind: "git",
      id: `${id.slice(0, 8)}4f2a1c9d0b7e4f2a1c9d0b7e4f2a1c9d`,
      tree: sample.index % 3 === 0 ? "9b01e7aa" : "4f2a1c9d",
      head: sample.index % 3 === 0 ? "9b01e7aa0c" : "4f2a1c9d0b",
      branch: "main",
      remote: "git@example.org:ana/digits.git",
      changed: ["train.py", "model.py"],
      changed_count: sample.index % 3,
      skipped: [],
    },
    created,
    directory,
  });
  const records = [...ordinaryRecords(sample, created, random), ...(sample.records ?? [])];
  const to = { offset: records.length, line: records.length, identity: id };
  await store.journal.append(id, null, to, records, []);
  const ended = sample.state === "running" || sample.state === "queued" ? null : created + sample.steps * 700;
  await store.runs.observe(id, {
    state: sample.state,
    reason: sample.reason ?? null,
    drained: ended !== null,
    attempt: 1,
    started: created + 1500,
    ended,
    exitCode: sample.state === "finished" ? 0 : null,
    signal: null,
    asOf: now,
  });
  if (sample.note !== undefined) await store.runs.edit(id, { note: sample.note });
  return id;
}

function ordinaryRecords(sample: SampleRun, created: number, random: () => number): readonly JournalRecord[] {
  const parameters = {
    learning_rate: String(sample.learningRate),
    batch_size: "32",
    depth: String(3 + (sample.index % 2) * 2),
    optimizer: "adam",
    seed: String(sample.index),
    epochs: "20",
  };
  return [
    { kind: "attempt", time: created, attempt: 1 },
    {
      kind: "environment",
      time: created,
      interpreter: "/home/ana/digits/.venv/bin/python",
      version: "3.11.9",
      platform: "Linux-6.1-x86_64",
      packages: {
        numpy: "2.1.3",
        torch: "2.9.0",
        "scikit-learn": "1.5.2",
        tensorboard: "2.18.0",
        tqdm: "4.67.0",
      },
      gpus: ["NVIDIA A100-SXM4-80GB"],
    },
    ...Object.entries(parameters).map(
      ([key, value]): JournalRecord => ({ kind: "parameter", time: created, key, value, source: "argparse" }),
    ),
    file("read", "data/train.csv", sample.index % 4 === 3 ? "b" : "a", created),
    { ...file("read", "data/images", "c", created), type: "folder", files: 100_000, bytes: 4_200_000_000 },
    file("write", "models/model.json", sample.index.toString(16), created + 10_000),
    {
      kind: "artifact",
      time: created + 11_000,
      path: "models/model.json",
      origin: "models/model.json",
      bytes: 48_213,
      digest: digest(sample.index.toString(16)),
    },
    ...metrics(sample, created, random),
  ];
}

const digest = (mark: string) => `sha256:${mark.repeat(64).slice(0, 64)}`;

function file(kind: "read" | "write", name: string, mark: string, time: number) {
  return {
    kind,
    time,
    path: name,
    type: "file",
    files: 1,
    bytes: 48_213,
    digest: digest(mark),
    how: "audit",
  } as const;
}

/** Loss and accuracy of a training that goes the better the nearer the learning rate is to 0.02. */
function metrics(sample: SampleRun, created: number, random: () => number): readonly JournalRecord[] {
  const pace = 3 + 5 * Math.exp(-Math.abs(Math.log(sample.learningRate / 0.02)));
  const records: JournalRecord[] = [];
  for (let step = 0; step < sample.steps; step++) {
    const done = step / Math.max(200, sample.steps);
    const loss = 2.3 * Math.exp(-pace * done) + 0.12 + (random() - 0.5) * 0.12 * Math.exp(-done);
    const time = created + 2000 + step * 700;
    const values: MetricRecord["values"] = {
      "train/loss": loss,
      "train/acc": Math.min(1, 1 - loss / 2.6 + random() * 0.02),
    };
    records.push({ kind: "metric", time, step, values, source: "stdout" });
    if (step % 20 === 19)
      records.push({
        kind: "metric",
        time,
        step,
        source: "stdout",
        values: {
          "val/loss": loss * 1.1 + 0.02,
          "val/acc": Math.min(1, 0.98 - loss / 2.8),
          lr: sample.learningRate * (1 - done),
        },
      });
    if (step % 10 === 0)
      records.push({
        kind: "system",
        time,
        values: {
          cpu_percent: 80 + random() * 19,
          memory_bytes: 2.1e9 + step * 1e6,
          gpu0_percent: 60 + random() * 38,
          gpu0_memory_bytes: 4.1e10,
          disk_free_bytes: 2.4e11 - step * 1e6,
          host_cpu_percent: 30 + random() * 5,
          host_memory_used_bytes: 1.2e10,
        },
      });
  }
  return records;
}

function ordinaryLog(sample: SampleRun): string {
  const lines = [`\x1b[1mTraining digits\x1b[0m with \x1b[36mlearning rate\x1b[0m ${sample.learningRate}`];
  for (let step = 0; step < Math.min(400, sample.steps); step += 10) {
    lines.push(`step ${step}: loss ${(2.3 * Math.exp(-step / 80)).toFixed(4)}`);
    if (step % 100 === 0)
      lines.push(
        [0, 25, 50, 75, 100]
          .map(
            (percent) =>
              `\r${percent}%|${"█".repeat(percent / 10)}${" ".repeat(10 - percent / 10)}| ${percent}/100`,
          )
          .join(""),
      );
  }
  if (sample.state === "failed")
    lines.push(
      "Traceback (most recent call last):",
      '  File "/home/ana/digits/train.py", line 58, in <module>',
      "    main()",
      '  File "/home/ana/digits/data.py", line 12, in load',
      "    return open(path)",
      "\x1b[31mFileNotFoundError\x1b[0m: [Errno 2] No such file or directory: 'data/v2.csv'",
    );
  else lines.push("\x1b[32mdone\x1b[0m: wrote models/model.json");
  return `${lines.join("\n")}\n`;
}
