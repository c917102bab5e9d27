/**
 * Every command of the palette, once, from a window that has just been opened on a folder without runs: each asks, shows or says
 * something, or does its work without a word; none fails.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandId, commands } from "../../src/host/contract.ts";
import { keepEvidence } from "./evidence.ts";
import { openFolder } from "./folders.ts";
import { openSession, type Session } from "./session.ts";
import type { Workbench } from "./workbench.ts";

/** What a person sees after choosing a command. */
type Outcome =
  | "hidden"
  /** An input or a list opens. */
  | { readonly asks: RegExp }
  | { readonly tells: RegExp }
  | { readonly opens: RegExp }
  | { readonly status: RegExp }
  /** A part of the window, by selector; the actions of a view are there before they are seen. */
  | { readonly shows: string };

/** While nothing can be chosen, a list would be empty: the reason stands in its place. */
const noRuns: Outcome = { tells: /No runs yet\. Open a training script and press ▷ above it\./ };
const noModel: Outcome = { tells: /There is no model yet\. Register one from a run first\./ };

/** A command that is not here does not compile. */
const cold: Record<CommandId, Outcome> = {
  "runline.run": "hidden",
  "runline.runWith": "hidden",
  "runline.runCommand": { asks: /Run command/ },
  "runline.runOnHost": "hidden",
  "runline.connectHost": { asks: /Connect to which host\?/ },
  "runline.disconnectHost": { asks: /Disconnect which host\?/ },
  "runline.checkHost": { asks: /Check which host\?/ },
  "runline.addHost": { asks: /Add a host/ },
  "runline.openHostShell": { asks: /Open a shell on which host\?/ },
  "runline.copyHostDiagnostics": "hidden",
  "runline.refreshCompute": { shows: '.sidebar .pane-header.expanded[aria-label^="Compute"]' },
  "runline.importRuns": { asks: /Import runs/ },
  "runline.openRun": noRuns,
  "runline.openSelectedRun": "hidden",
  "runline.openRunToStay": "hidden",
  "runline.openLog": noRuns,
  "runline.cancel": noRuns,
  "runline.rename": noRuns,
  "runline.editNote": noRuns,
  "runline.editTags": noRuns,
  "runline.star": noRuns,
  "runline.unstar": noRuns,
  "runline.compare": noRuns,
  "runline.compareWith": noRuns,
  "runline.showDifference": noRuns,
  "runline.copyReproduce": noRuns,
  "runline.delete": noRuns,
  "runline.restore": "hidden",
  "runline.showScriptRuns": "hidden",
  "runline.register": noRuns,
  "runline.promote": noModel,
  "runline.removeAlias": noModel,
  "runline.openModelFile": "hidden",
  "runline.showModel": "hidden",
  "runline.showAudit": { opens: /Audit log/ },
  "runline.verifyAudit": { tells: /The audit log is whole: 0 entries\./ },
  "runline.showLineage": "hidden",
  "runline.openLineageFile": "hidden",
  "runline.fileLineage": "hidden",
  "runline.pinLineage": { tells: /Select a run, a file or a model version first\./ },
  "runline.unpinLineage": "hidden",
  "runline.groupByDay": "hidden",
  "runline.groupByExperiment": { shows: '.action-label[aria-label^="Group by day"]' },
  "runline.filter": { asks: /Filter runs/ },
  "runline.clearFilter": "hidden",
  "runline.loadMore": "hidden",
  "runline.refresh": { shows: ".sidebar .welcome-view:visible" },
  "runline.showRunning": "hidden",
  "runline.connectMlflow": { asks: /Connect to an MLflow server/ },
  "runline.disconnectMlflow": "hidden",
  "runline.openInMlflow": "hidden",
  "runline.sendToMlflow": noRuns,
  "runline.logTerminals": { tells: /New terminals and notebooks of this folder log to Runline\./ },
  "runline.stopLoggingTerminals": { tells: /New terminals and notebooks no longer log to Runline\./ },
  // Asks for a folder and opens it, which ends this window: the last to be tried.
  "runline.openSample": { shows: ".quick-input-widget:visible" },
  "runline.openWalkthrough": { shows: ".gettingStartedContainer" },
  "runline.rebuildStore": { tells: /The store was rebuilt: 0 runs\./ },
  "runline.copyDiagnostics": { status: /Copied diagnostics/ },
  "runline.showOutput": { shows: ".part.panel .output-view" },
};

/** Without a folder there is nothing to run, list or compare; what helps to begin stays. */
const withoutFolder: readonly CommandId[] = [
  "runline.refresh",
  "runline.openSample",
  "runline.openWalkthrough",
  "runline.copyDiagnostics",
  "runline.showOutput",
];

/** With a training script in front there is more to choose from. */
const withScript: Partial<Record<CommandId, Outcome>> = {
  "runline.runWith": { asks: /Run train\.py/ },
  "runline.showScriptRuns": { tells: /This script has no runs yet\./ },
  "runline.fileLineage": { tells: /No run has read or written train\.py yet\./ },
};

const script = `import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
if __name__ == "__main__":
    for step in range(3):
        print(f"step {step}: loss {parser.parse_args().lr / (step + 1):.3f}")
`;

let session: Session;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": script } });
});

keepEvidence(() => session);
afterAll(() => session?.close());

const titleOf = (id: CommandId) => `Runline: ${commands[id].title}`;
const ids = Object.keys(commands) as CommandId[];

/** Opens the palette with a command's title; its row where the palette has it. */
async function find(workbench: Workbench, id: CommandId) {
  await workbench.page.keyboard.press("F1");
  await workbench.quickInput().fill(`>${titleOf(id)}`);
  // One that always fits tells that the list is for what was typed: commands, then none or others.
  const rows = workbench.quickRows();
  await rows.first().waitFor();
  const label = workbench.page.locator(".label-name", { hasText: exactly(titleOf(id)) });
  return rows.filter({ has: label });
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`);
}

async function see(workbench: Workbench, outcome: Exclude<Outcome, "hidden">): Promise<void> {
  if ("asks" in outcome)
    await workbench.page.locator(".quick-input-widget:visible").filter({ hasText: outcome.asks }).waitFor();
  else if ("tells" in outcome)
    await workbench.notifications().filter({ hasText: outcome.tells }).first().waitFor();
  else if ("opens" in outcome)
    await workbench.page.locator(".tabs-container .tab").filter({ hasText: outcome.opens }).waitFor();
  else if ("status" in outcome) await workbench.statusItem(outcome.status).waitFor();
  else await workbench.page.locator(outcome.shows).first().waitFor({ state: "attached" });
}

/** Chooses a command, waits for what it promises, looks that nothing failed, and clears the desk. */
async function tryOut(workbench: Workbench, id: CommandId, outcome: Outcome): Promise<void> {
  const row = await find(workbench, id);
  if (outcome === "hidden") {
    expect(await row.count(), `${titleOf(id)} is not for now`).toBe(0);
    await workbench.page.keyboard.press("Escape");
    return;
  }
  await row.first().click();
  await see(workbench, outcome);
  const told = (await workbench.notifications().allInnerTexts()).join("\n");
  expect(told, titleOf(id)).not.toMatch(/went wrong|not found|error|undefined|null|\[object/i);
  await workbench.page.keyboard.press("Escape");
  if (told !== "") {
    await workbench.run("Notifications: Clear All Notifications");
    await expect.poll(() => workbench.notifications().count()).toBe(0);
  }
}

test("in a folder without runs", { timeout: 240_000 }, async () => {
  const { workbench } = session;
  await workbench.showContainer("Runline");
  await workbench.view("Runs").getByText("No runs yet").waitFor();
  for (const id of ids) if (id !== "runline.openSample") await tryOut(workbench, id, cold[id]);
  await workbench.screenshot("palette");
});

test("with a script in front", { timeout: 120_000 }, async () => {
  const { workbench } = session;
  await workbench.openFile("train.py");
  await workbench.lens("▷ Run").waitFor();
  for (const id of Object.keys(withScript) as CommandId[])
    await tryOut(workbench, id, withScript[id] ?? "hidden");
});

test("without a folder", { timeout: 120_000 }, async () => {
  const window = await openFolder(session, null);
  for (const id of ids) {
    const row = await find(window, id);
    await expect.poll(() => row.count(), { message: titleOf(id) }).toBe(withoutFolder.includes(id) ? 1 : 0);
    await window.page.keyboard.press("Escape");
  }
  await window.page.close();
});
