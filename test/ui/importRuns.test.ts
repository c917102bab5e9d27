/** Runs of another tool lie in the workspace: they are offered once, without a fuss, and one click brings them in. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";
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
  const columns = ["sepal length", "petal length"].map((name) => ({ name, type: "double" }));
  files[`mlruns/7/${idOf(1)}/artifacts/model/MLmodel`] = `flavors:
  python_function: {}
  sklearn: {}
saved_input_example_info:
  artifact_path: input_example.json
signature:
  inputs: '${JSON.stringify(columns)}'
  outputs: '[{"type": "long"}]'
`;
  files[`mlruns/7/${idOf(1)}/artifacts/model/input_example.json`] = '{"data": [[5.1, 1.4]]}\n';
  files["mlruns/models/petals/meta.yaml"] = "name: petals\n";
  files["mlruns/models/petals/version-1/meta.yaml"] =
    `version: 1\nrun_id: ${idOf(1)}\nsource: runs:/${idOf(1)}/model\n`;
  return files;
}

beforeAll(async () => {
  session = await openSession({ files: mlruns() });
});
afterAll(() => session?.close());
keepEvidence(() => session);

const offered = (workbench: Workbench) =>
  workbench.notifications().filter({ hasText: "mlruns holds 2 runs." });

test("what lies there is offered once and comes in by one click", async () => {
  const { workbench } = session;
  await workbench.showContainer("Runline");
  await offered(workbench).waitFor();
  await offered(workbench).getByRole("button", { name: "Import" }).click();
  await workbench.notifications().filter({ hasText: "Imported 2 new runs, 1 model version." }).waitFor();
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

test("a registered model of it says what goes in, what comes out, and shows its example", async () => {
  const { workbench } = session;
  await workbench.page.bringToFront();
  const row = (label: string | RegExp) => workbench.row("Models", label);
  await workbench.fold("Lineage", "Compute");
  await row("petals").waitFor();
  await row(/^v1/).locator(".monaco-tl-twistie").click();
  await row("Outputs").filter({ hasText: "long" }).waitFor();
  await row("Flavors").filter({ hasText: "python_function, sklearn" }).waitFor();
  await row("Inputs").locator(".monaco-tl-twistie").click();
  await row("petal length: double").waitFor();
  for (const theme of ["light", "dark"] as const) {
    await workbench.useTheme(theme);
    await workbench.screenshot(`model-signature-${theme}`);
  }
  await row("Input example").dblclick();
  await workbench.tab("input_example.json").waitFor();
});

test("a run that was deleted is left out of the next import, and comes back when that is asked for", async () => {
  const { workbench } = session;
  const petal = workbench.row("Runs", "petal-2");
  await workbench.rowMenu(petal, "Delete run");
  await petal.waitFor({ state: "hidden" });
  await workbench.run("Notifications: Clear All Notifications");
  await workbench.run("Runline: Import runs…");
  await workbench.quickRows().filter({ hasText: "mlruns" }).waitFor();
  await workbench.page.keyboard.press("Enter");
  const left = workbench.notifications().filter({ hasText: "1 was left out because you deleted it." });
  await left.getByRole("button", { name: "Import again" }).click();
  await workbench.notifications().filter({ hasText: "Imported 1 new run." }).waitFor();
  await petal.waitFor();
});
