/** What a person may change about a run: name, note, tags, star. */

import * as vscode from "vscode";
import { givenTags, isKeptElsewhere, noteOf } from "../../model/clientTags.ts";
import { RunlineError } from "../../model/failure.ts";
import { isRunName } from "../../model/names.ts";
import type { Run, RunEdit } from "../../model/run.ts";
import type { RunsSource } from "../runsSource.ts";
import type { Request } from "../server.ts";
import { tagEdit, tagsFromText, tagsToText } from "../tagsText.ts";
import type { Handlers } from "./register.ts";
import type { Target } from "./target.ts";

const t = vscode.l10n.t;

export function runEditCommands(request: Request, source: RunsSource, target: Target): Handlers {
  const edit = async (runs: readonly Run[], change: (run: Run) => RunEdit) => {
    for (const run of runs) await request("runs/edit", { id: run.id, edit: change(run) });
    await source.refresh();
  };
  return {
    "runline.rename": async (...given) => {
      const [run] = await target(given, { title: t("Rename run") });
      if (run === undefined) return;
      needHere(run);
      const name = await vscode.window.showInputBox({
        title: t("Rename {0}", run.name),
        value: run.name,
        validateInput: nameProblem,
      });
      if (name !== undefined && name !== run.name) await edit([run], () => ({ name: name.trim() }));
    },
    "runline.editNote": async (...given) => {
      const [run] = await target(given, { title: t("Edit note") });
      if (run === undefined) return;
      const note = await vscode.window.showInputBox({
        title: t("Note of {0}", run.name),
        value: noteOf(run),
        placeHolder: t("What was this run for, what came out?"),
      });
      if (note !== undefined && note !== noteOf(run)) await edit([run], () => ({ note }));
    },
    "runline.editTags": async (...given) => {
      const [run] = await target(given, { title: t("Edit tags") });
      if (run === undefined) return;
      needHere(run);
      const before = Object.fromEntries(givenTags(run));
      const text = await vscode.window.showInputBox({
        title: t("Tags of {0}", run.name),
        value: tagsToText(before),
        placeHolder: "baseline, dataset=v2",
        prompt: t("Separated by commas; a tag may have a value."),
      });
      if (text !== undefined) await edit([run], () => ({ tags: tagEdit(before, tagsFromText(text)) }));
    },
    "runline.star": async (...given) => {
      const fits = (run: Run) => !run.starred;
      const none = t("Every run has a star already.");
      await edit(await target(given, { title: t("Star run"), fits, many: true, none }), () => ({
        starred: true,
      }));
    },
    "runline.unstar": async (...given) => {
      const fits = (run: Run) => run.starred;
      const none = t("No run has a star.");
      await edit(await target(given, { title: t("Remove star"), fits, many: true, none }), () => ({
        starred: false,
      }));
    },
  };
}

/** Said before a person has typed anything. */
function needHere(run: Run): void {
  if (isKeptElsewhere(run)) throw new RunlineError("runElsewhere", { run: run.name, server: run.host });
}

function nameProblem(text: string): string | undefined {
  return isRunName(text.trim()) ? undefined : t("1 to 250 characters on one line.");
}
