/** Chooses how the code of a folder is kept: by git where it is and can, else as a copy. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { RunlineError } from "../../model/failure.ts";
import type { CodeKeeper, CodePlace, KeepRequest, KeptCode } from "../code.ts";
import { changesSinceCommit, fileOfCommit, hasCommit } from "./gitRead.ts";
import { keepWithGit, snapshotRef } from "./gitSnapshot.ts";
import { dropCopies, keepWithManifest } from "./manifest.ts";
import { changesSinceManifest, fileOfManifest } from "./manifestRead.ts";
import { type Repository, refusalOf, repositoryOf } from "./repository.ts";

/** Keeps code on this machine. */
export function localCode(): CodeKeeper {
  return {
    keep,
    file: (place, path) =>
      withEither(
        place,
        (repository) => fileOfCommit(repository, place.snapshot.id, path),
        () => fileOfManifest(place.directory, path),
        null,
      ),
    changes: (place, written) =>
      withEither(
        place,
        (repository) => changesSinceCommit(repository, place.snapshot.id, place.snapshot.skipped),
        () => changesSinceManifest(place.directory, place.workspace, place.snapshot.skipped, written),
        [],
      ),
    checkout: async (place) => {
      const { id, kind } = place.snapshot;
      if (kind === "manifest") {
        const folder = join(place.directory, "code");
        return (await stat(folder).catch(() => null)) === null ? null : { kind: "copy", folder };
      }
      const repository = await repositoryOf(place.workspace);
      if (repository === null || !(await hasCommit(repository, id))) return null;
      return { kind: "git", repository: repository.top, prefix: repository.prefix, commit: id };
    },
    forget: async ({ workspace, snapshot }, runId) => {
      if (snapshot.kind !== "git") return;
      const repository = await repositoryOf(workspace);
      await repository?.git(["update-ref", "-d", snapshotRef(runId)]).catch(() => undefined);
    },
  };
}

async function keep(request: KeepRequest): Promise<KeptCode> {
  const repository = await repositoryOf(request.workspace, request.signal);
  if (repository === null) return keepCopy(request, await refusal(request));
  try {
    return await keepWithGit(repository, request);
  } catch (thrown) {
    request.signal?.throwIfAborted();
    return keepCopy(request, firstLine(thrown));
  }
}

async function refusal({ workspace }: KeepRequest): Promise<string | null> {
  const said = await refusalOf(workspace);
  return said === null ? null : firstLine(said);
}

async function keepCopy(request: KeepRequest, gitSaid: string | null): Promise<KeptCode> {
  try {
    const kept = await keepWithManifest(request);
    if (gitSaid === null) return kept;
    return {
      ...kept,
      warnings: [`Git could not keep the code (${gitSaid}); it was copied instead.`, ...kept.warnings],
    };
  } catch (thrown) {
    await dropCopies(request.directory).catch(() => undefined);
    request.signal?.throwIfAborted();
    const cause = gitSaid === null ? firstLine(thrown) : `git: ${gitSaid}; copy: ${firstLine(thrown)}`;
    throw new RunlineError("snapshotFailed", { cause }, thrown);
  }
}

async function withEither<T>(
  { snapshot, workspace }: CodePlace,
  git: (repository: Repository) => Promise<T>,
  manifest: () => Promise<T>,
  absent: T,
): Promise<T> {
  if (snapshot.kind === "manifest") return manifest();
  const repository = await repositoryOf(workspace);
  return repository === null || !(await hasCommit(repository, snapshot.id)) ? absent : git(repository);
}

function firstLine(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const line = text.split("\n").find((candidate) => candidate.trim() !== "") ?? "no reason given";
  return line
    .replace(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, 300);
}
