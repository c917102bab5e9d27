/** The registry by hand: register a model, move an alias, read and verify the log of it all. */

import * as path from "node:path";
import * as vscode from "vscode";
import { formatBytes } from "../../model/format.ts";
import type { RunFile } from "../../model/lineage.ts";
import { isModelName } from "../../model/names.ts";
import type { Model, ModelVersion } from "../../model/registry.ts";
import type { Run } from "../../model/run.ts";
import { auditUri } from "../auditDocument.ts";
import { modelDescription } from "../modelLabel.ts";
import type { ModelRow, ModelsTree, TeamRow } from "../modelsTree.ts";
import { openArtifact } from "../runFiles.ts";
import type { Request } from "../server.ts";
import { askAlias, askReason, pickAlias } from "./askAlias.ts";
import type { Handlers } from "./register.ts";
import type { Target } from "./target.ts";
import { isTeamRow, promoteThere, removeThere, type TeamVersionRow, teamVersionOf } from "./teamModels.ts";

const t = vscode.l10n.t;

export function registryCommands(request: Request, target: Target, tree: ModelsTree): Handlers {
  return {
    "runline.register": async (...given) => {
      const [run] = await target(given, { title: t("Register a model from which run?") });
      if (run !== undefined)
        await register(run, typeof given[1] === "string" ? given[1] : undefined, request);
    },
    "runline.promote": async (given) => {
      if (isTeamRow(given)) return onTeamVersion(given, request, promoteThere);
      const version = await versionOf(given, request);
      if (version !== null) await promote(version.model, version.version, request);
    },
    "runline.removeAlias": async (given) => {
      if (isTeamRow(given)) return onTeamVersion(given, request, removeThere);
      const version = await versionOf(given, request);
      if (version !== null) await removeAlias(version.model, version.version, request);
    },
    "runline.openModelFile": async (...[runId, file]) => {
      if (typeof runId !== "string" || typeof file !== "string") return;
      await openArtifact(await request("runs/get", { id: runId }), file, request);
    },
    "runline.showModel": (given) => (typeof given === "string" ? tree.show(given) : undefined),
    "runline.showAudit": async () => {
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(auditUri), {
        preview: true,
      });
    },
    "runline.verifyAudit": () => verify(request),
  };
}

async function onTeamVersion(
  given: TeamRow,
  request: Request,
  work: (row: TeamVersionRow, request: Request) => Promise<void>,
): Promise<void> {
  const row = await teamVersionOf(given, request);
  if (row !== undefined) await work(row, request);
}

async function register(run: Run, file: string | undefined, request: Request): Promise<void> {
  const chosen = file ?? (await pickFile(run, request));
  if (chosen === undefined) return;
  const models = await request("models/list", {});
  const name = await askModelName(run, chosen, models);
  if (name === undefined) return;
  const version = await request("models/register", { runId: run.id, path: chosen, model: name });
  const next = t("Set alias…");
  const told = t("{0} is {1} v{2} now.", chosen, version.model, version.version);
  void vscode.window.showInformationMessage(told, next).then((answer) => {
    if (answer === next) void vscode.commands.executeCommand("runline.promote", version);
  });
}

/** Files that may become a model: what the run kept and wrote, likely ones first. */
async function pickFile(run: Run, request: Request): Promise<string | undefined> {
  const files = (await request("runs/files", { id: run.id })).filter(
    ({ direction, type }) => direction !== "read" && type === "file",
  );
  if (files.length === 0) {
    void vscode.window.showInformationMessage(t("{0} wrote no file that could be registered.", run.name));
    return undefined;
  }
  const byPath = new Map(files.map((each) => [each.path, each]));
  const items = [...byPath.values()]
    .sort((a, b) => likely(b) - likely(a) || a.path.localeCompare(b.path))
    .map((each) => ({
      label: each.path,
      description: [formatBytes(each.bytes), each.direction === "kept" ? t("kept") : ""]
        .filter(Boolean)
        .join(" · "),
      iconPath: new vscode.ThemeIcon("file"),
    }));
  return (await vscode.window.showQuickPick(items, { title: t("Which file of {0}?", run.name) }))?.label;
}

function likely({ path: file }: RunFile): number {
  if (/\.(pt|pth|safetensors|onnx|pkl|joblib|keras|h5|ckpt|gguf|bin|model)$/i.test(file)) return 2;
  return /model|weights|checkpoint/i.test(path.posix.basename(file)) ? 1 : 0;
}

function askModelName(run: Run, file: string, models: readonly Model[]): Thenable<string | undefined> {
  const sameFile = models.find(({ versions }) => versions.some(({ artifact }) => artifact === file));
  return vscode.window.showInputBox({
    title: t("Register {0}", file),
    prompt: t("Name of the model. A known name gets a new version."),
    value: sameFile?.name ?? models[0]?.name ?? run.experiment,
    validateInput: (text) => {
      if (!isModelName(text)) return t("1 to 250 characters without / : or @.");
      const known = models.find(({ name }) => name === text);
      if (known === undefined)
        return { message: t("A new model."), severity: vscode.InputBoxValidationSeverity.Info };
      const next = known.last + 1;
      return { message: t("Becomes v{0}.", next), severity: vscode.InputBoxValidationSeverity.Info };
    },
  });
}

async function promote(model: Model, version: ModelVersion, request: Request): Promise<void> {
  const alias = await askAlias(model, version);
  if (alias === undefined) return;
  const before = model.aliases.find((each) => each.alias === alias)?.version;
  const change = before === undefined ? `→ v${version.version}` : `v${before} → v${version.version}`;
  const reason = await askReason(t("{0} of {1}: {2}", alias, model.name, change));
  if (reason === undefined) return;
  await request("models/promote", {
    model: model.name,
    version: version.version,
    alias,
    reason,
    expected: before ?? null,
  });
  vscode.window.setStatusBarMessage(
    `$(check) ${t("{0} of {1} is v{2} now", alias, model.name, version.version)}`,
    5_000,
  );
}

async function removeAlias(model: Model, version: ModelVersion, request: Request): Promise<void> {
  const alias = await pickAlias(version);
  if (alias === undefined) return;
  const reason = await askReason(t("Remove {0} from {1} v{2}", alias, model.name, version.version));
  if (reason !== undefined) await request("models/removeAlias", { model: model.name, alias, reason });
}

interface Versioned {
  readonly model: Model;
  readonly version: ModelVersion;
}

/** The version of a row, of a registered version, or of the person's pick; with the model as it is now. */
async function versionOf(given: unknown, request: Request): Promise<Versioned | null> {
  const models = await request("models/list", {});
  const named = isRow(given) ? given.version : isVersion(given) ? given : undefined;
  if (named !== undefined) {
    const model = models.find(({ name }) => name === named.model);
    const version = model?.versions.find((each) => each.version === named.version);
    if (model !== undefined && version !== undefined) return { model, version };
  }
  const ofModel = isModelRow(given) ? models.filter(({ name }) => name === given.model.name) : models;
  return pickVersion(ofModel);
}

async function pickVersion(models: readonly Model[]): Promise<Versioned | null> {
  if (models.length === 0) {
    void vscode.window.showInformationMessage(t("There is no model yet. Register one from a run first."));
    return null;
  }
  const items = models.flatMap((model) =>
    [...model.versions].reverse().map((version) => ({
      label: `${model.name} v${version.version}`,
      description: version.aliases.join(" · "),
      detail: modelDescription(model, t),
      chosen: { model, version },
    })),
  );
  return (await vscode.window.showQuickPick(items, { title: t("Which version?") }))?.chosen ?? null;
}

function isRow(given: unknown): given is Extract<ModelRow, { kind: "version" }> {
  return isObject(given) && given.kind === "version";
}

function isModelRow(given: unknown): given is Extract<ModelRow, { kind: "model" }> {
  return isObject(given) && given.kind === "model";
}

function isVersion(given: unknown): given is ModelVersion {
  return isObject(given) && typeof given.model === "string" && typeof given.version === "number";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

async function verify(request: Request): Promise<void> {
  const verdict = await request("audit/verify", {});
  const show = t("Show audit log");
  const told =
    verdict.problem === null
      ? vscode.window.showInformationMessage(t("The audit log is whole: {0} entries.", verdict.entries), show)
      : vscode.window.showErrorMessage(
          t("The audit log does not fit at entry {0}: {1}", verdict.problem.sequence, verdict.problem.text),
          show,
        );
  void told.then((answer) => {
    if (answer === show) void vscode.commands.executeCommand("runline.showAudit");
  });
}
