/** What a cluster has said last, in a file that all windows on a workspace share: one of them asks, the others read. */

import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Fields, isObject } from "../../model/fields.ts";

/** One answer, as it came. */
export interface Answer {
  /** By this machine's clock; epoch milliseconds. */
  readonly time: number;
  readonly squeue: string;
  /** Null: the accounts could not be read. */
  readonly sacct: string | null;
}

/** The last answer, and an earlier one that lies some time before it: what both say is so. */
export interface Answers {
  readonly last: Answer | null;
  readonly before: Answer | null;
}

export const noAnswers: Answers = { last: null, before: null };

const mostText = 50_000_000;
/** Whoever holds the lock for longer was killed. */
const lockMs = 60_000;

export async function readAnswers(file: string): Promise<Answers> {
  const fields = Fields.of(await readFile(file, "utf8").catch(() => ""));
  return fields === null
    ? noAnswers
    : { last: answerOf(fields.value("last")), before: answerOf(fields.value("before")) };
}

function answerOf(value: unknown): Answer | null {
  if (!isObject(value)) return null;
  const fields = new Fields(value);
  const answer = {
    time: fields.number("time", 0),
    squeue: fields.text("squeue", mostText),
    sacct: fields.textOrNull("sacct", mostText),
  };
  return fields.problem === null ? answer : null;
}

/** Keeps a new answer. The one before stays until it lies `apartMs` behind, so that it is never just the one a moment ago. */
export async function keepAnswer(file: string, last: Answer, apartMs: number): Promise<Answers> {
  const known = await readAnswers(file);
  const isOld = known.last !== null && known.before !== null && known.last.time - known.before.time > apartMs;
  const answers = { last, before: isOld || known.before === null ? known.last : known.before };
  const draft = `${file}.${process.pid}.part`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(JSON.stringify(answers));
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  return answers;
}

/** Does the work unless another window does it: then null. */
export async function alone<T>(file: string, work: () => Promise<T>): Promise<T | null> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const lock = `${file}.asking`;
  if (!(await take(lock))) {
    const since = await stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (Date.now() - since < lockMs) return null;
    await rm(lock, { force: true });
    if (!(await take(lock))) return null;
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") return false;
    throw thrown;
  }
}
