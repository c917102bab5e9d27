/** Makes a file of a run the next version of a model. */

import * as path from "node:path";
import type { Compute } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import { runFile } from "../model/journal.ts";
import type { RunFile } from "../model/lineage.ts";
import { isModelName } from "../model/names.ts";
import type { Actor, Model, ModelVersion, RegistryEvent } from "../model/registry.ts";
import type { Run } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { pathInRecords } from "./commandLine.ts";
import type { copyFile } from "./copyFile.ts";
import type { FileDigest, fileDigest } from "./fileDigest.ts";
import { runOf } from "./findRun.ts";

export interface Registration {
  readonly runId: string;
  /** As the run's files list it: a kept artifact, or a file that the run wrote. */
  readonly path: string;
  readonly model: string;
  readonly actor: Actor;
}

/** A version that a run made, with the bytes that were seen. */
export type RegisteredVersion = ModelVersion & {
  readonly runId: string;
  readonly artifact: string;
  readonly digest: string;
  readonly bytes: number;
};

export interface RegisterParts {
  readonly store: Store;
  /** Written files are kept relative to it. */
  readonly workspace: string;
  /** Brings a kept file of another machine here. */
  readonly compute: Pick<Compute, "artifact" | "host" | "hostOf">;
  readonly clock: () => number;
  /** Reads a file again, to see that it still is what the run wrote. */
  readonly digest: typeof fileDigest;
  /** Copies a file to a place that may have no folder yet; one that is there is replaced. */
  readonly copy: typeof copyFile;
}

/**
 * Registers a file of a run. The copy kept with the run is preferred to the file in the workspace; either must still have the bytes
 * that the run wrote, and a file of the workspace is copied to the run. The model is made when it is new; the same bytes of the same
 * run twice are one version.
 * Throws `nameInvalid`, `runUnknown`, `artifactMissing`, `digestUnknown`, `digestChanged`, and why a host can't be reached.
 */
export async function register(asked: Registration, parts: RegisterParts): Promise<RegisteredVersion> {
  if (!isModelName(asked.model)) throw new RunlineError("nameInvalid", { name: asked.model });
  const run = await runOf(asked.runId, parts.store);
  const file = pick(await parts.store.lineage.files(run.id), asked.path, run, parts.workspace);
  const { digest, bytes } = await verified(file, run, parts);
  if (file.direction === "write") await keep(file, run, parts);

  await parts.store.registry.append(
    asked.actor,
    parts.clock(),
    (models) => {
      const model = models.find((each) => each.name === asked.model);
      if (model !== undefined && sameBytes(model, run.id, digest) !== undefined) return [];
      const version = (model?.last ?? 0) + 1;
      const registered: RegistryEvent = {
        type: "version.registered",
        model: asked.model,
        version,
        runId: run.id,
        artifact: file.path,
        digest,
        bytes,
      };
      return model === undefined ? [{ type: "model.created", model: asked.model }, registered] : [registered];
    },
    [asked.model],
  );

  const model = await parts.store.registry.model(asked.model);
  const version = model === null ? undefined : sameBytes(model, run.id, digest);
  if (version === undefined)
    throw new RunlineError("unexpected", { cause: "The version was not registered." });
  return version;
}

function sameBytes(model: Model, runId: string, digest: string): RegisteredVersion | undefined {
  return model.versions.find(
    (each): each is RegisteredVersion =>
      each.runId === runId && each.digest === digest && each.artifact !== null && each.bytes !== null,
  );
}

function pick(files: readonly RunFile[], wanted: string, run: Run, workspace: string): RunFile {
  const made = files.filter((file) => file.direction !== "read");
  const inRecords = pathInRecords(path.resolve(workspace, wanted), workspace);
  const fits = made.filter((file) => file.path === wanted || file.path === inRecords);
  const chosen = fits.find((file) => file.direction === "kept") ?? fits[0];
  if (chosen === undefined) throw new RunlineError("artifactMissing", { run: run.name, path: wanted });
  return chosen;
}

/** The digest that the run recorded, after looking that the bytes still have it. */
async function verified(file: RunFile, run: Run, parts: RegisterParts): Promise<FileDigest> {
  const facts = { run: run.name, path: file.path };
  if (file.digest === null)
    throw new RunlineError("digestUnknown", { ...facts, cause: file.reason ?? "it has no digest" });
  if (file.type === "folder") throw new RunlineError("digestUnknown", { ...facts, cause: "it is a folder" });
  const links = file.direction === "kept" ? "refused" : "followed";
  const place = await placeOf(file, run, parts);
  if (place === null)
    throw new RunlineError("digestUnknown", { ...facts, cause: `${run.host} keeps no copy of it` });
  const found = await parts.digest(place, links).catch((thrown: unknown) => {
    throw new RunlineError("digestUnknown", { ...facts, cause: "it can't be read now" }, thrown);
  });
  if (found === null) throw new RunlineError("artifactMissing", facts);
  if (found.digest !== file.digest) throw new RunlineError("digestChanged", facts);
  return found;
}

/** The next run will write over the file in the workspace; what was registered stays with its run. */
async function keep(file: RunFile, run: Run, parts: RegisterParts): Promise<void> {
  const facts = { run: run.name, path: file.path };
  const place = await placeOf(file, run, parts);
  if (place === null || path.isAbsolute(file.path)) return;
  const kept = path.join(run.directory, runFile.artifacts, file.path);
  await parts.copy(place, kept);
  const found = await parts.digest(kept, "refused");
  if (found?.digest !== file.digest) throw new RunlineError("digestChanged", facts);
}

/** Where the bytes are now, on this machine; null for a file that another one has written and not kept. */
async function placeOf(
  file: RunFile,
  run: Run,
  { workspace, compute }: RegisterParts,
): Promise<string | null> {
  const away = compute.hostOf !== undefined && compute.hostOf(run.directory) !== compute.host;
  if (file.direction !== "kept") return away ? null : path.resolve(workspace, file.path);
  if (compute.artifact === undefined || file.digest === null)
    return path.join(run.directory, runFile.artifacts, file.path);
  return compute.artifact(run.directory, { path: file.path, bytes: file.bytes, digest: file.digest });
}
