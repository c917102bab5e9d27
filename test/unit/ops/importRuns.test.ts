import { appendFile, mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { expect, test } from "vitest";
import { deleteRuns } from "../../../src/ops/deleteRun.ts";
import { wasImported } from "../../../src/ops/importRuns.ts";
import { layoutOf } from "../../../src/ops/layout.ts";
import { importStack, mlrunsRun, pointsOf, runId } from "./importStack.ts";

const began = 1_700_000_000_000;

test("what a live mlruns/ gains is added, and nothing twice", async () => {
  await using stack = await importStack();
  const { store, folder } = stack;
  const metric = `${began} 1.0 0\n${began} 1.0 0\n${began + 10} 0.5 1\n${began + 20} 0.2`;
  await stack.write(mlrunsRun(1, 1, { "metrics/loss": metric, "params/lr": "0.1", "tags/stage": "early" }));
  expect(await stack.importAll()).toMatchObject([{ runs: { new: 1 } }]);
  const [first] = await store.runs.list({});
  expect(first).toMatchObject({ state: "running", tags: { stage: "early" }, findings: 0 });
  // The line that is there twice is one point, as it is to MLflow.
  expect(await pointsOf(store, runId(1), "loss")).toHaveLength(2);

  await appendFile(
    path.join(folder, "mlruns", "1", runId(1), "metrics", "loss"),
    `5 2\n${began + 30} nan 3\n`,
  );
  await stack.write(mlrunsRun(1, 3, { "tags/stage": "late", "params/seed": "7" }));
  for (const expected of [{ grown: 1 }, { same: 1 }]) {
    expect(await stack.importAll()).toMatchObject([{ runs: { new: 0, ...expected } }]);
    const [run] = await store.runs.list({});
    expect(run).toMatchObject({ state: "finished", ended: began + 60_000, findings: 0, drained: true });
    expect(run?.tags.stage).toBe("late");
    expect(Object.keys(run?.parameters ?? {})).toEqual(["lr", "seed"]);
    expect(await pointsOf(store, runId(1), "loss")).toEqual([
      [0, began, 1],
      [1, began + 10, 0.5],
      [2, began + 20, 0.25],
      [3, began + 30, Number.NaN],
    ]);
  }
});

test("metric files of before MLflow 1.0 have no steps, and seconds", async () => {
  await using stack = await importStack();
  await stack.write(mlrunsRun(1, 3, { "metrics/loss": "1530000000 0.5\n1530000001 0.25\n" }));
  await stack.importAll();
  expect(await pointsOf(stack.store, runId(1), "loss")).toEqual([
    [0, 1_530_000_000_000, 0.5],
    [0, 1_530_000_001_000, 0.25],
  ]);
});

test("one that says it is running and was silent for a day is lost, and runs again when it goes on", async () => {
  let now = Date.now() + 48 * 60 * 60 * 1000;
  await using stack = await importStack(() => now);
  await stack.write(mlrunsRun(1, 1, { "metrics/loss": `${began} 1 0\n` }));
  await stack.importAll();
  expect(await stack.store.runs.get(runId(1))).toMatchObject({ state: "lost" });
  now = Date.now();
  await stack.write(mlrunsRun(1, 1, { "metrics/loss": `${began} 1 0\n${began} 2 1\n` }));
  await stack.importAll();
  expect(await stack.store.runs.get(runId(1))).toMatchObject({ state: "running" });
  expect(await pointsOf(stack.store, runId(1), "loss")).toHaveLength(2);
});

test("a canceled import leaves whole runs only, and the next one brings the rest", async () => {
  await using stack = await importStack();
  for (let number = 1; number <= 5; number++)
    await stack.write(mlrunsRun(number, 3, { "metrics/loss": `${began} ${number} 0\n` }));
  const stop = new AbortController();
  const progress = (done: number) => {
    if (done === 2) stop.abort();
  };
  expect(await stack.importAll({ signal: stop.signal, progress })).toMatchObject([
    { canceled: true, runs: { new: 2 } },
  ]);
  expect(await stack.store.runs.list({})).toHaveLength(2);
  const names = await readdir(path.join(stack.folder, ".runline", "runs"));
  expect(names.sort()).toEqual([runId(1), runId(2)]);
  expect(await stack.importAll()).toMatchObject([{ canceled: false, runs: { new: 3, same: 2 } }]);
});

test("what a killed import left of a run is made whole", async () => {
  await using stack = await importStack();
  const { store, folder } = stack;
  await stack.write(mlrunsRun(1, 3, { "metrics/loss": `${began} 1 0\n` }));
  const runs = path.join(folder, ".runline", "runs");
  // Killed while it made the run: its draft, and the lock of a process that is gone.
  await stack.write({ [`.runline/runs/.${runId(1)}.imported/journal.jsonl`]: '{"kind":' });
  await writeFile(path.join(runs, ".import"), "999999999");
  await stack.importAll();
  expect(await pointsOf(store, runId(1), "loss")).toHaveLength(1);
  // Killed while it added to the run: a torn line at the end of the journal.
  await appendFile(path.join(runs, runId(1), "journal.jsonl"), '{"kind":"metric","ti');
  await stack.write(mlrunsRun(1, 3, { "metrics/loss": `${began} 1 0\n${began} 2 1\n` }));
  await stack.importAll();
  expect(await pointsOf(store, runId(1), "loss")).toHaveLength(2);
  expect((await readdir(runs)).sort()).toEqual([runId(1)]);
});

test("while another process imports, this one says so", async () => {
  await using stack = await importStack();
  await stack.write(mlrunsRun(1, 3));
  await writeFile(path.join(stack.folder, ".runline", "runs", ".import"), String(process.ppid));
  await expect(stack.importAll()).rejects.toMatchObject({ failure: { code: "importBusy" } });
});

test("hostile files become findings and never stop the others", async () => {
  await using stack = await importStack();
  const { folder, store } = stack;
  const bomb = `a: &a [${"x, ".repeat(9)}x]\nb: &b [${"*a, ".repeat(9)}*a]\nc: [${"*b, ".repeat(9)}*b]\n`;
  await stack.write({
    ...mlrunsRun(1, 3, { "metrics/loss": `${began} 1 0\nnonsense\n${began} 2\0 1\n${began} 3 9e99\n` }),
    ...mlrunsRun(2, 3, { "metrics/long": `${began} ${"1".repeat(3_000_000)} 0\n${began} 2 1\n` }),
    ...mlrunsRun(3, 3, {
      "params/huge": "x".repeat(1_000_000),
      "artifacts/big.bin": "y".repeat(17 * 2 ** 20),
    }),
    ...mlrunsRun(4, 3),
    ...mlrunsRun(5, 3),
    [`mlruns/1/${runId(4)}/meta.yaml`]: bomb,
    [`mlruns/1/${runId(5)}/meta.yaml`]: "{{{",
    "mlruns/2/meta.yaml": "[".repeat(100_000),
  });
  const outside = path.join(folder, "secret.txt");
  await writeFile(outside, "not yours");
  const run = path.join(folder, "mlruns", "1", runId(1));
  await mkdir(path.join(run, "artifacts"), { recursive: true });
  await symlink(outside, path.join(run, "artifacts", "stolen.txt"));
  await symlink(folder, path.join(run, "params"));

  const [imported] = await stack.importAll();
  expect(imported).toMatchObject({ runs: { new: 3 } });
  expect(imported?.troubles.map(({ about }) => about).sort()).toEqual(
    [
      ...[`1/${runId(4)}/meta.yaml`, `1/${runId(5)}/meta.yaml`, "2/meta.yaml"],
      ...["run run 1", "run run 2", "run run 3"],
    ].sort(),
  );
  expect((await store.runs.findings(runId(1))).map(({ text }) => text)).toEqual([
    "metrics/loss: 3 lines could not be read, the first is line 2.",
  ]);
  expect(await pointsOf(store, runId(1), "loss")).toEqual([[0, began, 1]]);
  expect(await pointsOf(store, runId(2), "long")).toEqual([[1, began, 2]]);
  expect((await store.runs.findings(runId(3))).map(({ text }) => text)).toEqual([
    "params/huge is too long and was cut.",
  ]);
  const files = await store.lineage.files(runId(3));
  expect(files).toMatchObject([{ bytes: 17 * 2 ** 20, digest: null }]);
  const kept = await readdir(path.join(folder, ".runline", "runs", runId(1)), { recursive: true });
  expect(kept.filter((name) => name.includes("stolen"))).toEqual([]);
  expect(await readFile(outside, "utf8")).toBe("not yours");
});

test("what was measured on a logged model is taken where it says a time and a step", async () => {
  await using stack = await importStack();
  const model = `m-${"b".repeat(32)}`;
  const at = `mlruns/1/models/${model}`;
  await stack.write({
    ...mlrunsRun(1, 3),
    [`${at}/meta.yaml`]: `model_id: ${model}\nname: net\nsource_run_id: ${runId(1)}\nstatus: 2\n`,
    [`${at}/metrics/loss`]: `${began} 1 zero ${runId(1)}\nthen 1 0 ${runId(1)}\n${began} 0.5 2 ${runId(1)}\n`,
  });
  const [imported] = await stack.importAll();
  expect(imported?.troubles).toEqual([
    { about: `1/models/${model}/metrics/loss`, text: "2 lines could not be read" },
  ]);
  expect(await pointsOf(stack.store, runId(1), "loss")).toEqual([[2, began, 0.5]]);
  expect(await stack.store.runs.findings(runId(1))).toEqual([]);
});

test("a run that Runline has recorded itself under the same id stays as it is", async () => {
  await using stack = await importStack();
  await stack.write(mlrunsRun(1, 3));
  await stack.write({ [`.runline/runs/${runId(1)}/journal.jsonl`]: "" });
  expect(await stack.importAll()).toMatchObject([{ runs: { new: 0, taken: 1 } }]);
});

test("what was deleted here is left out and counted, until a person wants it again", async () => {
  await using stack = await importStack();
  const { store } = stack;
  const shown = async () => (await store.runs.list({})).map(({ name }) => name).sort();
  for (let number = 1; number <= 3; number++)
    await stack.write(mlrunsRun(number, 3, { "metrics/loss": `${began} ${number} 0\n` }));
  await stack.importAll();
  await stack.purge([runId(1)]);
  await deleteRuns([runId(2)], store, Date.now);

  for (let again = 0; again < 2; again++)
    expect(await stack.importAll()).toMatchObject([{ runs: { new: 0, same: 1, deleted: 2 } }]);
  expect(await shown()).toEqual(["run 3"]);
  const [place] = await stack.importAll();
  const parts = { readers: stack.readers, layout: layoutOf(stack.folder), clock: Date.now };
  if (place !== undefined) expect(await wasImported(place.place, parts)).toBe(true);

  expect(await stack.importAll({ again: true })).toMatchObject([{ runs: { new: 2, same: 1, deleted: 0 } }]);
  expect(await shown()).toEqual(["run 1", "run 2", "run 3"]);
  expect(await pointsOf(store, runId(1), "loss")).toEqual([[0, began, 1]]);
  expect(await stack.importAll()).toMatchObject([{ runs: { new: 0, same: 3, deleted: 0 } }]);
});

test("an import is canceled in the middle of a run that has grown, and goes on from there", async () => {
  const stop = new AbortController();
  let isLast = false;
  // The clock is read once a run is on its way.
  await using stack = await importStack(() => {
    if (isLast) stop.abort();
    return Date.now();
  });
  await stack.write(mlrunsRun(1, 3, { "metrics/loss": `${began} 1 0\n` }));
  await stack.importAll();
  const lines = Array.from({ length: 20_000 }, (_, step) => `${began + step} ${step} ${step}\n`).join("");
  await stack.write(mlrunsRun(1, 3, { "metrics/loss": lines }));
  isLast = true;
  expect(await stack.importAll({ signal: stop.signal })).toMatchObject([
    { canceled: true, runs: { grown: 0 } },
  ]);
  const journal = path.join(stack.folder, ".runline", "runs", runId(1), "journal.jsonl");
  const { length } = (await readFile(journal, "utf8")).split("\n");
  expect(length).toBeGreaterThan(1_000);
  expect(length).toBeLessThan(19_000);
  expect(await stack.importAll()).toMatchObject([{ canceled: false, runs: { grown: 1 } }]);
  expect(await pointsOf(stack.store, runId(1), "loss")).toHaveLength(20_001);
});

test("a log file of many gigabytes of nothing stops neither the import nor its cancel", async () => {
  await using stack = await importStack();
  await stack.write({ ...mlrunsRun(1, 3), "logs/a/events.out.tfevents.1700000000.box": "" });
  await truncate(path.join(stack.folder, "logs/a/events.out.tfevents.1700000000.box"), 10 * 2 ** 30);
  await stack.write({ "db/mlflow.db": "" });
  await truncate(path.join(stack.folder, "db/mlflow.db"), 10 * 2 ** 30);
  await symlink(stack.folder, path.join(stack.folder, "logs", "round"));
  const imported = await stack.importAll();
  expect(imported.map(({ place, runs }) => [place.kind, runs.new])).toEqual([
    ["tensorboard", 1],
    ["mlruns", 1],
  ]);
});
