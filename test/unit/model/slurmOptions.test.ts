import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SlurmWish } from "../../../src/model/slurm.ts";
import { jobName, sbatchTime, sbatchWords, wishProblem } from "../../../src/model/slurmOptions.ts";

const id = "0123456789abcdef0123456789abcdef";
const directory = `/home/ana/.runline/runs/${id}`;

test("what a person asks for becomes words of sbatch, and what is Runline's is always there", () => {
  const settings: SlurmWish = {
    ...{ partition: "gpu,long", account: "vision", qos: "high", gpus: "a100:2", cpus: 8, memory: "16G" },
    ...{
      time: "1d12h",
      dependency: "afterok:12:13_4",
      warn_seconds: 300,
      more: ["--constraint=a100&nvlink"],
    },
  };
  expect(wishProblem(settings)).toBeNull();
  expect(sbatchWords({ id, directory, settings })).toEqual([
    "--parsable",
    "--no-requeue",
    `--job-name=runline-${id}`,
    `--comment=runline ${id}`,
    `--output=${directory}/slurm.log`,
    "--open-mode=append",
    "--input=/dev/null",
    `--chdir=${directory}`,
    "--export=NIL",
    "--signal=B:USR1@300",
    "--dependency=afterok:12:13_4,singleton",
    "--partition=gpu,long",
    "--account=vision",
    "--qos=high",
    "--gpus=a100:2",
    "--cpus-per-task=8",
    "--mem=16G",
    "--time=1-12:00:00",
    "--constraint=a100&nvlink",
  ]);
});

test("an array has one name, a log for each task, and a percent sign of a folder stays one", () => {
  const group = "f".repeat(32);
  const settings = { requeue: true, array: { group, index: 0, count: 4 } };
  const plan = { id: group, directory, settings, arrayFolder: `/scratch/50%/arrays/${group}` };
  const words = sbatchWords(plan);
  expect(words).toContain("--requeue");
  expect(words).toContain("--array=0-3");
  expect(words).toContain(`--output=/scratch/50%%/arrays/${group}/%a/slurm.log`);
  expect(jobName(plan)).toBe(`runline-${group}`);
});

test.each<[SlurmWish, string]>([
  [{ partition: "gpu --wrap=id" }, "--partition can't be"],
  [{ partition: "-gpu x" }, "--partition"],
  [{ account: "a\nb" }, "--account"],
  [{ qos: "" }, "--qos"],
  [{ gpus: "two" }, "--gpus can't be “two”; such as 2 or a100:2."],
  [{ gpus: "0" }, "--gpus"],
  [{ memory: "16 GB" }, "--mem"],
  [{ time: "soon" }, "--time"],
  [{ time: "" }, "--time"],
  [{ time: "1\n#SBATCH --uid=0" }, "--time"],
  [{ dependency: "afterok" }, "--dependency"],
  [{ dependency: "afterok:1 --wrap=id" }, "--dependency"],
  [{ cpus: 0 }, "--cpus takes a whole number from 1"],
  [{ warn_seconds: 1.5 }, "--warn takes"],
  [{ more: ["--output=/etc/cron.d/x"] }, "--output of sbatch can't be used here"],
  [{ more: ["--error=x"] }, "--error"],
  [{ more: ["--wrap=id"] }, "--wrap"],
  [{ more: ["--uid=0"] }, "--uid"],
  [{ more: ["--gid=0"] }, "--gid"],
  [{ more: ["--export=ALL"] }, "--export"],
  [{ more: ["--get-user-env"] }, "--get-user-env"],
  [{ more: ["--open-mode=truncate"] }, "--open-mode"],
  [{ more: ["--chdir=/"] }, "--chdir"],
  [{ more: ["--input=/etc/shadow"] }, "--input"],
  // sbatch takes a beginning for the whole, and short options too.
  [{ more: ["--outp=x"] }, "--outp"],
  [{ more: ["-o", "x"] }, "is no option of sbatch"],
  [{ more: ["--constraint=a\nb"] }, "is no option of sbatch"],
  [{ more: ["--constraint=a\0b"] }, "is no option of sbatch"],
  [{ more: ["script.sh"] }, "is no option of sbatch"],
  [{ more: ["--constructor=x"] }, "--constructor"],
])("%j is refused", (wish, message) => {
  expect(wishProblem(wish)).toContain(message);
});

test.each([
  ["30", "30"],
  ["30m", "0-00:30:00"],
  ["2h", "0-02:00:00"],
  ["90m", "0-01:30:00"],
  ["1d", "1-00:00:00"],
  ["45s", "0-00:00:45"],
  ["1-12:00:00", "1-12:00:00"],
  ["02:30:00", "02:30:00"],
])("the time %s is %s to sbatch", (given, expected) => {
  expect(wishProblem({ time: given })).toBeNull();
  expect(sbatchTime(given)).toBe(expected);
});

test("whatever is asked for is refused or becomes one word per option, none of them another option or a line", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("a --wrap=x", "a\n", "%j", "$(id)"),
  );
  const wish = fc.record(
    {
      ...{
        partition: text,
        account: text,
        qos: text,
        gpus: text,
        memory: text,
        time: text,
        dependency: text,
      },
      more: fc.array(
        fc.oneof(
          text,
          text.map((value) => `--constraint=${value}`),
        ),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(wish, (settings) => {
      if (wishProblem(settings) !== null) return;
      for (const word of sbatchWords({ id, directory, settings })) {
        expect(word).toMatch(/^--[a-z-]+(=|$)/);
        expect(word).not.toMatch(/\p{Cc}/u);
      }
    }),
  );
});
