/**
 * Copies of what runs on other machines have written: journal and output as far as they were read, the spec, and where the run lies.
 * Only a copy: it can be read while the machine is away, and made again from it. Two windows may fill one: they write the same bytes to
 * the same places.
 */

import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Fields } from "../../model/fields.ts";
import { splitHostDirectory } from "../../model/host.ts";
import { runFile } from "../../model/journal.ts";
import { isRunId } from "../../model/runId.ts";
import type { FileSlice } from "../compute.ts";
import { readSlice, writeFailure } from "../local/boundedFile.ts";

/** Output over this stays on its machine and is read from there. */
export const mostMirroredLog = 256 * 1024 * 1024;

export type MirroredFile = typeof runFile.journal | typeof runFile.log;

export interface Mirror {
  /** Folder of one run's copies. */
  folder(id: string): string;
  /** Every run that is known, as `<host>:<path>`. */
  directories(): Promise<readonly string[]>;
  /** Notes that a run lies there, with its spec when it is known. Harmless when it was noted before. */
  note(id: string, directory: string, spec?: string): Promise<void>;
  size(id: string, file: MirroredFile): Promise<number>;
  /** Appends what the machine has from `offset` on. A file that is another one now, or shorter, begins anew; its old copy is kept. */
  take(id: string, file: MirroredFile, piece: MirrorPiece): Promise<void>;
  read(id: string, file: string, offset: number, length: number): Promise<FileSlice>;
  remove(id: string): Promise<void>;
}

export interface MirrorPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Tells the file from another one in its place. */
  readonly identity: string;
  /** Of the file on its machine. */
  readonly size: number;
}

const notes = "mirror.json";

interface Notes {
  readonly directory: string;
  readonly identities: Readonly<Record<string, string>>;
}

/** `root`: a folder of the workspace's own, made when it is first needed. */
export function mirrorIn(root: string): Mirror {
  const known = new Map<string, Notes>();
  const folder = (id: string) => join(root, id);

  async function notesOf(id: string): Promise<Notes | null> {
    const held = known.get(id);
    if (held !== undefined) return held;
    const text = await readFile(join(folder(id), notes), "utf8").catch(() => "");
    const fields = Fields.of(text);
    const directory = fields?.text("directory", 10_000, 1) ?? "";
    const identities = fields?.members("identities", 10, (_name, value) => String(value)) ?? {};
    if (fields === null || fields.problem !== null || splitHostDirectory(directory) === null) return null;
    known.set(id, { directory, identities });
    return { directory, identities };
  }

  async function keepNotes(id: string, kept: Notes): Promise<void> {
    await writeWhole(join(folder(id), notes), `${JSON.stringify(kept)}\n`);
    known.set(id, kept);
  }

  const size = async (id: string, file: string) => (await sizeOf(join(folder(id), file))) ?? 0;

  return {
    folder,
    size,
    async directories() {
      const names = (await readdir(root).catch(() => [])).filter(isRunId).sort();
      const all = await Promise.all(names.map(notesOf));
      return all.filter((each) => each !== null).map(({ directory }) => directory);
    },
    async note(id, directory, spec) {
      if ((await notesOf(id)) === null) {
        await makeFolder(folder(id));
        await keepNotes(id, { directory, identities: {} });
      }
      if (spec !== undefined) await writeWhole(join(folder(id), runFile.spec), spec);
    },
    async take(id, file, { offset, bytes, identity, size: remote }) {
      const mine = await notesOf(id);
      if (mine === null || identity === "") return;
      const path = join(folder(id), file);
      const before = mine.identities[file];
      const here = await size(id, file);
      // Against the offset that was asked for: another window may have written more since, from a later look.
      if ((before !== undefined && before !== identity) || remote < offset) {
        // What was read of the file before stays; the new one is read from its beginning, by the next look.
        await rename(path, `${path}.before-${Date.now()}`).catch(() => undefined);
        await keepNotes(id, { ...mine, identities: { ...mine.identities, [file]: identity } });
        return;
      }
      if (before === undefined)
        await keepNotes(id, { ...mine, identities: { ...mine.identities, [file]: identity } });
      if (bytes.length > 0 && offset <= here) await writeAt(path, offset, bytes);
    },
    // A name, never a way out of the folder.
    read: (id, file, offset, length) => readSlice(join(folder(id), basename(file)), offset, length),
    async remove(id) {
      known.delete(id);
      await rm(folder(id), { recursive: true, force: true });
    },
  };
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.size,
    () => null,
  );
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw writeFailure(path, thrown);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw writeFailure(path, thrown);
  }
}

async function writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  try {
    const file = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0),
      0o600,
    );
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, at, bytes.length - at, offset + at);
        at += bytesWritten;
      }
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw writeFailure(path, thrown);
  }
}
