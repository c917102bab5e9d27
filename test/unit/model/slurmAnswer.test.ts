import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jobOf, sacctJobs, sacctSeparator, squeueJobs, surplusOf } from "../../../src/model/slurmAnswer.ts";
import { submitted } from "../../../src/model/slurmSubmit.ts";

const name = "runline-01a20234584c7ad2bd1d9bb122d83673";
const widths = [24, 24, 24, 80, 32, 80, 80, 300, 24, 24, 12, 12];
const row = (...cells: string[]) => widths.map((width, at) => (cells[at] ?? "").padEnd(width)).join("");

test("squeue of Slurm 22.05: jobs that wait, run and have ended, a task of an array, a part of a het job", () => {
  const text = [
    row("17", "17", "N/A", name, "PENDING", "BeginTime", "gpu", "", "1795333458", "1795335258", "1", "0"),
    row("18", "18", "N/A", "somebody-else", "RUNNING", "None", "gpu", "node1", "1795333458", "N/A", "0", "0"),
    row("6", "2", "1", name, "COMPLETED", "None", "gpu", "node1", "1795331883", "1795331887", "0", "0"),
    row(
      "1",
      "1",
      "N/A",
      name,
      "FAILED",
      "NonZeroExitCode",
      "gpu",
      "node1",
      "1795331883",
      "1795331886",
      "0",
      "768",
    ),
    row(
      "3",
      "3",
      "N/A",
      name,
      "FAILED",
      "JobLaunchFailure",
      "gpu",
      "node1",
      "1795331886",
      "1795331887",
      "0",
      "4021",
    ),
    row("20", "20", "N/A", name, "RUNNING", "None", "gpu", "n[1-3,7]", "1795331886", "N/A", "0", "0"),
    "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
    "",
  ].join("\n");
  const jobs = squeueJobs(text);
  expect(jobs.map(({ id, state }) => `${id} ${state}`)).toEqual([
    ...["17 PENDING", "2_1 COMPLETED", "1 FAILED", "3 FAILED", "20 RUNNING"],
  ]);
  expect(jobs[0]).toEqual({
    ...{ id: "17", name, index: null, state: "PENDING", reason: "BeginTime", partition: "gpu", nodes: "" },
    ...{
      start: 1_795_333_458_000,
      end: 1_795_335_258_000,
      restarts: 1,
      exitCode: 0,
      signal: 0,
      canceledBy: null,
    },
  });
  expect(jobs[1]).toMatchObject({ index: 1, reason: "" });
  expect(jobs[2]).toMatchObject({ exitCode: 3, signal: 0 });
  expect(jobs[3]).toMatchObject({ exitCode: 15, signal: 53 });
  expect(jobs[4]).toMatchObject({ nodes: "n[1-3,7]", end: null });
});

test("sacct is believed when it tells a last state and an end", () => {
  const line = (...cells: string[]) => cells.join(sacctSeparator);
  const text = [
    line("12", name, "FAILED", "0:0", "1795331883", "Unknown", "node1", "gpu"),
    line("13", name, "RUNNING", "0:0", "1795331883", "1795331999", "node1", "gpu"),
    line("14", name, "CANCELLED by 1000", "0:15", "1795331883", "1795331886", "node1", "gpu"),
    line("15_3", name, "OUT_OF_MEMORY", "0:125", "1795331883", "1795331886", "None assigned", "gpu"),
    line("16.batch", "batch", "FAILED", "3:0", "1795331883", "1795331886", "node1", "gpu"),
    line("20+0", name, "COMPLETED", "0:0", "1795331883", "1795331886", "node1", "gpu"),
    line("17", name, "FAILED", "3:0", "1795331883", "1795331886", "node1"),
    "sacct: error: slurm_persist_conn_open_without_init: failed to open persistent connection",
  ].join("\n");
  const { ended, open } = sacctJobs(text);
  expect(open).toEqual([
    { name, index: null },
    { name, index: null },
  ]);
  expect(ended).toMatchObject([
    { id: "14", state: "CANCELLED", canceledBy: "1000", signal: 15, end: 1_795_331_886_000, restarts: null },
    { id: "15_3", index: 3, state: "OUT_OF_MEMORY", nodes: "" },
    { id: "17", state: "FAILED", exitCode: 3, partition: "" },
  ]);
});

test("of jobs that were submitted twice the first that has not ended is the run, and those that wait behind it are too much", () => {
  const job = (id: string, state: string) =>
    squeueJobs(row(id, id, "N/A", name, state, "None", "gpu", "", "N/A", "N/A", "0", "0"));
  const twice = [...job("12", "PENDING"), ...job("9", "RUNNING")];
  expect(jobOf(twice, name, null)?.id).toBe("9");
  expect(surplusOf(twice, name, null).map(({ id }) => id)).toEqual(["12"]);
  const again = [...job("9", "CANCELLED"), ...job("12", "PENDING")];
  expect(jobOf(again, name, null)?.id).toBe("12");
  expect(surplusOf(again, name, null)).toEqual([]);
  expect(jobOf([...job("100", "FAILED"), ...job("9", "FAILED")], name, null)?.id).toBe("100");
  expect(jobOf(twice, name, 0)).toBeNull();
});

test("no text makes the parsers fail, and none makes a job of another name", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.array(fc.string(), { maxLength: 12 }), (text, cells) => {
      for (const job of [...squeueJobs(text), ...squeueJobs(row(...cells)), ...sacctJobs(text).ended])
        expect(job.name).toMatch(/^runline-/);
    }),
  );
});

test.each([
  [
    { code: 0, out: "12\n", err: "" },
    { kind: "taken", job: "12" },
  ],
  [
    { code: 0, out: "12;bench\n", err: "" },
    { kind: "taken", job: "12" },
  ],
  // sbatch of a busy controller, and a wrapper that greets and fails.
  [
    {
      code: 0,
      out: "12\n",
      err: "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying.\n",
    },
    { kind: "taken", job: "12" },
  ],
  [
    { code: 1, out: "Welcome to the cluster\n\n12\n", err: "x" },
    { kind: "taken", job: "12" },
  ],
  [
    {
      code: 1,
      out: "",
      err: "sbatch: error: Batch job submission failed: Invalid partition name specified\n",
    },
    { kind: "refused", cause: "Invalid partition name specified" },
  ],
  [
    {
      code: 1,
      out: "",
      err: "sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy\n",
    },
    { kind: "refused", cause: "Job violates accounting/QOS policy" },
  ],
  [{ code: 255, out: "", err: "sbatch: unrecognized option '--gpus=1'\n" }, { kind: "refused" }],
  [
    {
      code: 1,
      out: "",
      err: "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n",
    },
    { kind: "unclear", cause: "Socket timed out on send/recv operation" },
  ],
  [
    {
      code: 1,
      out: "",
      err: "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)",
    },
    { kind: "unclear" },
  ],
  [
    { code: 1, out: "", err: "" },
    { kind: "unclear", cause: "" },
  ],
  [{ code: 0, out: "", err: "" }, { kind: "unclear" }],
  [{ code: null, out: "", err: "sbatch did not answer within 80 s" }, { kind: "unclear" }],
  [{ code: 137, out: "", err: "wrapper: killed" }, { kind: "unclear" }],
  [{ code: 0, out: "Submitted batch job 12\n", err: "" }, { kind: "unclear" }],
  [{ code: 0, out: "99999999999999999999\n", err: "" }, { kind: "unclear" }],
])("sbatch's %j", (answer, expected) => {
  expect(submitted(answer)).toMatchObject(expected);
});
