/** Runs of another tool lie in the workspace: they are offered once, without a fuss, and one click brings them in. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { keepPictures, openSession, type Session } from "./session.ts";
import type { Workbench } from "./workbench.ts";

let session: Session;

const idOf = (number: number) => number.toString(16).padStart(32, "c");

/** As MLflow 2 and later write them. */
function mlruns(): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    "mlruns/7/meta.yaml": "artifact_location: file:///x/7\nexperiment_id: '7'\nname: flowers\n",
  };
  for (const number of [1, 2]) {
    const at = `mlruns/7/${idOf(number)}`;
    const times = "start_time: 1700000000000\nend_time: 1700000060000\nstatus: 3\n";
    files[`${at}/meta.yaml`] = `run_name: petal-${number}\nartifact_uri: ${idOf(number)}\n${times}`;
    files[`${at}/metrics/accuracy`] = `1700000000000 0.5 0\n1700000001000 0.${number}75 1\n`;
  }
  return files;
}

beforeAll(async () => {
  session = await openSession({ files: mlruns() });
});
afterAll(() => session?.close());
keepPictures(() => session);

const offered = (workbench: Workbench) =>
  workbench.notifications().filter({ hasText: "mlruns holds 2 runs." });

test("what lies there is offered once and comes in by one click", async () => {
  const { workbench } = session;
  await workbench.showContainer("Runline");
  await offered(workbench).waitFor();
  await offered(workbench).getByRole("button", { name: "Import" }).click();
  await workbench.notifications().filter({ hasText: "Imported 2 new runs." }).waitFor();
  const rows = workbench.page.locator(".sidebar .monaco-list-row");
  await rows.filter({ hasText: "petal-1" }).first().waitFor();
  await rows.filter({ hasText: "petal-2" }).first().waitFor();

  const later = await session.openWindow();
  await later.showContainer("Runline");
  await later.page.locator(".sidebar .monaco-list-row").filter({ hasText: "petal-1" }).first().waitFor();
  // Asked for, the same is found, and nothing is new: by then an offer would have come.
  await later.run("Runline: Import runs…");
  await later.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "mlruns" }).waitFor();
  await later.page.keyboard.press("Enter");
  await later.notifications().filter({ hasText: "Imported 0 new runs." }).waitFor();
  expect(await offered(later).count()).toBe(0);
});
