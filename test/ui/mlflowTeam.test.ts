/** A team's MLflow server in the editor: connected by a person, read live, sent to, gone and back, and known after a reload. */

import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTeamPeer, type TeamPeer } from "../peers/mlflow/teamServer.ts";
import { keepEvidence } from "./evidence.ts";
import { runBefore } from "./folders.ts";
import { openSession, type Session } from "./session.ts";

const train = `if __name__ == "__main__":
    for step in range(1, 4):
        print(f"step {step}: loss {1 / step:.3f}")
`;

const mlmodel = `flavors:
  python_function: {}
  sklearn: {}
signature:
  inputs: '[{"name": "sepal length", "type": "double"}, {"name": "petal length", "type": "double"}]'
  outputs: '[{"type": "long"}]'
`;

let team: TeamPeer;
let session: Session;

beforeAll(async () => {
  team = await startTeamPeer();
  session = await openSession({ files: { "train.py": train } });
  await runBefore(session.workspace, ["--name", "ours", "train.py"]);
  for (let version = 1; version <= 2; version++) await team.register("digits", mlmodel);
  await team.post("registered-models/alias", { name: "digits", alias: "champion", version: "1" });
}, 600_000);

keepEvidence(() => session);

afterAll(async () => {
  await session?.close();
  await team?.close();
});

async function theirs(name: string): Promise<void> {
  const { run } = await team.post("runs/create", {
    ...{ experiment_id: "0", run_name: name, start_time: Date.now() },
  });
  const metrics = [3, 2, 1].map((value, at) => ({
    key: "loss",
    value,
    timestamp: Date.now() + at,
    step: at,
  }));
  await team.post("runs/log-batch", { run_id: run.info.run_id, metrics });
  await team.post("runs/update", { run_id: run.info.run_id, status: "FINISHED", end_time: Date.now() });
}

const hostOf = () => new URL(team.url).host;

test("connected, the team's runs stand beside one's own and open with their points", async () => {
  await theirs("theirs");
  const { workbench } = session;
  await workbench.showContainer("Runline");
  await workbench.row("Runs", "ours").waitFor();
  await workbench.run("Runline: Connect to an MLflow server…");
  await workbench.quickTitle("Connect to an MLflow server").waitFor();
  const wrong = team.url.replace("http:", "https:");
  await workbench.answer(wrong);
  await workbench.pick("No sign-in");
  const told = workbench.notifications().filter({ hasText: "its address may begin with http://" });
  await told.getByRole("button", { name: "Try again" }).click();
  await workbench.quickTitle("Connect to an MLflow server").waitFor();
  // What was typed is there to be mended.
  expect(await workbench.quickInput().inputValue()).toBe(wrong);
  await workbench.answer(team.url);
  await workbench.pick("No sign-in");
  await workbench.row("Runs", "theirs").filter({ hasText: hostOf() }).waitFor();
  await workbench.row("Runs", "theirs").dblclick();
  await workbench.inPanel("finished").waitFor();
  // The list has the last value only; a page that is opened gets every point.
  await workbench.panel().locator("canvas").first().waitFor();
  await workbench.screenshot("team-runs");
});

test("one's own run is sent there from its row", async () => {
  const { workbench } = session;
  await workbench.rowMenu(workbench.row("Runs", "ours"), "Send run to an MLflow server");
  await workbench.notifications().filter({ hasText: "ours was sent." }).waitFor();
  await workbench.screenshot("team-sent");
  const [copy, ...others] = (await team.runs()).filter(({ info }) => info.run_name === "ours");
  expect(copy?.info.status).toBe("FINISHED");
  expect(others).toEqual([]);
  await workbench.run("Notifications: Clear All Notifications");
});

/** The row's twistie is there as long as the row is; what is below it comes from the server. */
async function unfold(label: string | RegExp): Promise<void> {
  await session.workbench.row("Models", label).locator(".monaco-tl-twistie").click();
}

async function champion(): Promise<string | undefined> {
  const { registered_model: model } = await team.get("registered-models/get", { name: "digits" });
  return model.aliases?.find(({ alias }) => alias === "champion")?.version;
}

test("the team's models stand in the Models view, and an alias moves there and back", async () => {
  const { workbench } = session;
  await workbench.fold("Lineage", "Compute");
  await workbench.row("Models", hostOf()).filter({ hasText: "1 model" }).waitFor();
  await workbench.row("Models", "digits").filter({ hasText: "champion v1" }).waitFor();
  await unfold("digits");
  await workbench.row("Models", /^v1.*champion/).waitFor();
  await unfold(/^v2/);
  await workbench.row("Models", "Flavors").filter({ hasText: "python_function, sklearn" }).waitFor();
  await workbench.row("Models", "Outputs").filter({ hasText: "long" }).waitFor();
  await unfold("Inputs");
  await workbench.row("Models", "petal length: double").waitFor();
  for (const theme of ["light", "dark"] as const) {
    await workbench.useTheme(theme);
    await workbench.screenshot(`team-models-${theme}`);
  }

  await workbench.rowMenu(workbench.row("Models", /^v2/), "Set alias");
  await workbench.pick("champion");
  await workbench.quickMessage("Why?").waitFor();
  await workbench.answer("Better on digit 8");
  const told = workbench.notifications().filter({ hasText: `champion of digits is v2 on ${hostOf()} now.` });
  await told.waitFor();
  expect(await champion()).toBe("2");
  await workbench.row("Models", /^v2.*champion/).waitFor();
  await workbench.screenshot("team-promoted");
  await told.getByRole("button", { name: "Undo" }).click();
  await workbench.row("Models", /^v1.*champion/).waitFor();
  expect(await champion()).toBe("1");
  await workbench.run("Notifications: Clear All Notifications");

  await workbench.run("Runline: Show audit log");
  const log = workbench.page.locator(".editor-instance .view-lines");
  await log.getByText(`champion of digits was moved from v1 to v2 on ${hostOf()}.`).waitFor();
  await log.getByText("Reason: Undo: Better on digit 8").waitFor();
});

const colorOf = (row: Locator) =>
  row
    .locator(".label-name")
    .evaluate((label) => label.ownerDocument.defaultView?.getComputedStyle(label).color ?? "none");

test("a server that is gone says so, its runs stay, and it comes back by itself", async () => {
  const { workbench } = session;
  await team.kill();
  const item = workbench.statusItem(`${hostOf()} · as of`);
  await item.waitFor({ timeout: 60_000 });
  // What was read of it stays, greyed, and says how old it is.
  const old = workbench.row("Runs", "theirs").filter({ hasText: "as of" });
  await old.waitFor();
  await expect.poll(() => colorOf(old)).not.toBe(await colorOf(workbench.row("Runs", "ours")));
  await workbench.row("Models", hostOf()).filter({ hasText: "as of" }).waitFor();
  await workbench.row("Models", "digits").waitFor();
  await workbench.screenshot("team-gone");
  await item.click();
  await workbench.notifications().filter({ hasText: "does not answer: nobody listens there." }).waitFor();
  await workbench.run("Notifications: Clear All Notifications");
  await team.start();
  await theirs("later");
  await workbench.row("Runs", "later").waitFor({ timeout: 60_000 });
  await item.waitFor({ state: "hidden" });
  await workbench.row("Runs", "theirs").filter({ hasNotText: "as of" }).waitFor();
  await workbench.row("Models", hostOf()).filter({ hasText: "1 model" }).waitFor();
}, 240_000);

test("after a reload it is connected again without a word", async () => {
  const { workbench } = session;
  await workbench.reload();
  await workbench.row("Runs", "later").waitFor({ timeout: 60_000 });
  await theirs("reloaded");
  await workbench.row("Runs", "reloaded").waitFor({ timeout: 60_000 });
  expect(await workbench.notifications().count()).toBe(0);
});
