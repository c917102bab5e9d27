/** The readers of other tools' files, on files that are torn, damaged or made to do harm. */

import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { importStack, pointsOf } from "../ops/importStack.ts";
import { eventBytes } from "./eventBytes.ts";

test("a damaged record of an event file is left out and said, a torn tail waits for its rest", async () => {
  await using stack = await importStack();
  const events = [0, 1, 2, 3].map((step) => eventBytes("loss", step, 1 / (step + 1)));
  const damaged = Buffer.concat(events);
  const second = events[0]?.length ?? 0;
  damaged.writeUInt8(damaged.readUInt8(second + 15) ^ 1, second + 15);
  const name = "runs/a/events.out.tfevents.1700000000.host.1.0";
  await stack.write({ [name]: damaged.subarray(0, damaged.length - 3) });
  await stack.importAll();
  const [run] = await stack.store.runs.list({});
  const id = run?.id ?? "";
  expect(run).toMatchObject({ name: "a", experiment: "runs", started: 1_700_000_000_000 });
  expect((await pointsOf(stack.store, id, "loss")).map(([step]) => step)).toEqual([0, 2]);
  expect((await stack.store.runs.findings(id)).map(({ text }) => text)).toEqual([
    `${path.basename(name)}: 1 of its records are damaged.`,
  ]);
  await stack.write({ [name]: Buffer.concat([damaged, eventBytes("loss", -4, 9)]) });
  await stack.importAll();
  expect((await pointsOf(stack.store, id, "loss")).map(([step]) => step)).toEqual([-4, 0, 2, 3]);
});

test("behind a length that does not fit nothing of an event file is read", async () => {
  await using stack = await importStack();
  const bytes = Buffer.concat([eventBytes("loss", 0, 1), eventBytes("loss", 1, 2), eventBytes("loss", 2, 3)]);
  const second = eventBytes("loss", 0, 1).length;
  bytes.writeUInt8(0xff, second + 3);
  await stack.write({ "runs/a/events.out.tfevents.1700000000.host.1.0": bytes });
  await stack.importAll();
  const [run] = await stack.store.runs.list({});
  expect(await pointsOf(stack.store, run?.id ?? "", "loss")).toHaveLength(1);
  expect(run?.findings).toBe(1);
});

test("Lightning's table: cells that are empty, quoted names, a row that grows, a name that is an object's own", async () => {
  await using stack = await importStack();
  const head = 'epoch,"loss, all",__proto__,step,train_loss\n';
  await stack.write({
    "lightning_logs/version_0/metrics.csv": `${head}0,,1.5,9,0.5\n0,0.25,,19,\nbroken\n1,nan,2,2`,
    "lightning_logs/version_0/hparams.yaml": "lr: 0.1\nmodel:\n  depth: 2\n  sizes: [1, 2]\n",
  });
  await stack.importAll();
  const [run] = await stack.store.runs.list({});
  const id = run?.id ?? "";
  expect(run).toMatchObject({ name: "version_0", experiment: "lightning_logs", findings: 1 });
  expect(Object.keys(run?.metrics ?? {}).sort()).toEqual(["__proto__", "epoch", "loss, all", "train_loss"]);
  const settings = Object.entries(run?.parameters ?? {}).map(([key, { value }]) => [key, value]);
  expect(settings).toEqual([
    ["lr", "0.1"],
    ["model.depth", "2"],
    ["model.sizes", "[1,2]"],
  ]);
  const file = path.join(stack.folder, "lightning_logs/version_0/metrics.csv");
  await writeFile(file, `${await readFile(file, "utf8")}9,0.125\n`);
  expect(await stack.importAll()).toMatchObject([{ runs: { grown: 1 } }]);
  const steps = (await pointsOf(stack.store, id, "train_loss")).map(([step, , value]) => [step, value]);
  expect(steps).toEqual([
    [9, 0.5],
    [29, 0.125],
  ]);
});

test("Ultralytics: blanks in the head, times since the start", async () => {
  await using stack = await importStack();
  await stack.write({
    "runs/detect/train/results.csv":
      "                  epoch,      time,   train/box_loss\n   1,  2.5,  0.75\n   2,  5.0,  0.5\n",
    "runs/detect/train/args.yaml": "task: detect\nlr0: 0.01\n",
  });
  // As deep as a workspace is looked through that nobody named a folder of.
  expect(await stack.readers.find(stack.folder, 2)).toMatchObject([{ kind: "ultralytics" }]);
  await stack.importAll();
  const [run] = await stack.store.runs.list({});
  expect(run).toMatchObject({ name: "train", experiment: "detect", parameters: { lr0: { value: "0.01" } } });
  const points = await pointsOf(stack.store, run?.id ?? "", "train/box_loss");
  const began = run?.started ?? 0;
  expect(points).toEqual([
    [1, began + 2_500, 0.75],
    [2, began + 5_000, 0.5],
  ]);
});

test("a table that is no text, and rows with odd steps, are told; settings may refer to one another", async () => {
  await using stack = await importStack();
  const { store } = stack;
  const table = "epoch,loss\n1,0.5\n";
  await stack.write({
    "runs/wide/results.csv": Buffer.from(`\uFEFF${table}`, "utf16le"),
    "runs/wide/args.yaml": "lr0: 0.01\n",
    "runs/odd/results.csv": `\uFEFFepoch,loss\r\n1,0.5\r\n1.5,0.4\r\n2,0.3\r\n`,
    "runs/odd/args.yaml": "size: &size [1, 2]\nmodel:\n  size: *size\n",
    "runs/none/results.csv": "what is this\n",
    "runs/none/args.yaml": "task: detect\n",
  });
  const [imported] = await stack.importAll();
  expect(imported?.troubles.map(({ about }) => about).sort()).toEqual(["run none", "run odd", "run wide"]);
  const runs = await store.runs.list({});
  const told = async (name: string) => {
    const run = runs.find((each) => each.name === name);
    const findings = await store.runs.findings(run?.id ?? "");
    return { run, texts: findings.map(({ text }) => text) };
  };
  expect((await told("wide")).texts).toEqual(["results.csv: it is no UTF-8 text in lines."]);
  expect((await told("none")).texts).toEqual(["results.csv: it has no numbers and no column “epoch”."]);
  const { run, texts } = await told("odd");
  expect(texts).toEqual(["results.csv: 1 rows were left out, as their epoch is no whole number."]);
  expect(run?.metrics.loss).toMatchObject({ count: 2, last: 0.3 });
  expect(run?.parameters["model.size"]?.value).toBe("[1,2]");
});

test("a .wandb file that is none, or is damaged, stops nothing", async () => {
  await using stack = await importStack();
  const head = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00]);
  const history = wandbHistory("loss", "0.5", 3);
  const damaged = Buffer.from(frame(history));
  damaged.writeUInt8(damaged.readUInt8(12) ^ 1, 12);
  await stack.write({
    "wandb/offline-run-1-a/run-a.wandb": "not one of these at all",
    "wandb/offline-run-2-b/run-b.wandb": Buffer.concat([
      head,
      damaged,
      frame(history),
      frame(history).subarray(0, 9),
    ]),
  });
  expect(await stack.importAll()).toMatchObject([{ runs: { new: 2 } }]);
  const runs = await stack.store.runs.list({});
  const findings = await Promise.all(runs.map(({ id }) => stack.store.runs.findings(id)));
  expect(
    findings
      .flat()
      .map(({ text }) => text)
      .sort(),
  ).toEqual(["run-a.wandb: it is no .wandb file.", "run-b.wandb: 1 of its records are damaged."]);
  const good = runs.find(({ name }) => name.endsWith("-b"));
  expect(
    (await pointsOf(stack.store, good?.id ?? "", "loss")).map(([step, , value]) => [step, value]),
  ).toEqual([[3, 0.5]]);
});

/** One whole record in the log's frame. */
function frame(bytes: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.of(1), bytes]);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(crc32(typed), 0);
  head.writeUInt16LE(bytes.length, 4);
  return Buffer.concat([head, typed]);
}

function wandbHistory(key: string, json: string, step: number): Buffer {
  const field = (tag: readonly number[], bytes: Uint8Array) =>
    Buffer.concat([Buffer.of(...tag, bytes.length), bytes]);
  const item = Buffer.concat([field([0x0a], Buffer.from(key)), field([0x82, 0x01], Buffer.from(json))]);
  return field([0x12], Buffer.concat([field([0x0a], item), field([0x12], Buffer.of(8, step))]));
}
