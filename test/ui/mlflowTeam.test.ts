/** A team's MLflow server in the editor: connected by a person, read live, sent to, gone and back, and known after a reload. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { startTeamPeer, type TeamPeer } from "../peers/mlflow/teamServer.ts";
import { pictureAll, runBefore } from "./folders.ts";
import { openSession, type Session } from "./session.ts";

const train = `if __name__ == "__main__":
    for step in range(1, 4):
        print(f"step {step}: loss {1 / step:.3f}")
`;

let team: TeamPeer;
let session: Session;

beforeAll(async () => {
  team = await startTeamPeer();
  session = await openSession({ files: { "train.py": train } });
  await runBefore(session.workspace, ["--name", "ours", "train.py"]);
}, 600_000);

pictureAll(() => session);

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

test("a server that is gone says so, its runs stay, and it comes back by itself", async () => {
  const { workbench } = session;
  await team.kill();
  const item = workbench.statusItem(`${hostOf()} · as of`);
  await item.waitFor({ timeout: 60_000 });
  await workbench.row("Runs", "theirs").waitFor();
  await workbench.screenshot("team-gone");
  await item.click();
  await workbench.notifications().filter({ hasText: "does not answer: nobody listens there." }).waitFor();
  await workbench.run("Notifications: Clear All Notifications");
  await team.start();
  await theirs("later");
  await workbench.row("Runs", "later").waitFor({ timeout: 60_000 });
  await item.waitFor({ state: "hidden" });
});

test("after a reload it is connected again without a word", async () => {
  const { workbench } = session;
  const gone = workbench.page.waitForEvent("framenavigated", (frame) => frame === workbench.page.mainFrame());
  await workbench.run("Developer: Reload Window");
  await gone;
  await workbench.row("Runs", "later").waitFor({ timeout: 60_000 });
  await theirs("reloaded");
  await workbench.row("Runs", "reloaded").waitFor({ timeout: 60_000 });
  expect(await workbench.notifications().count()).toBe(0);
});
