/** The recorder as one file that can be sent: the packed one, or the sources packed the same way. */

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

export interface RecorderFile {
  readonly bytes: Buffer;
  /** sha256 of the bytes: its name on a host. */
  readonly digest: string;
}

const made = new Map<string, Promise<RecorderFile>>();

/** `recorder`: path of recorder.pyz, or of the recorder's source folder. Read once per process. */
export function recorderFile(recorder: string): Promise<RecorderFile> {
  const known = made.get(recorder) ?? readRecorder(recorder);
  made.set(recorder, known);
  known.catch(() => made.delete(recorder));
  return known;
}

async function readRecorder(recorder: string): Promise<RecorderFile> {
  const isFile = (await stat(recorder)).isFile();
  const bytes = isFile ? await readFile(recorder) : storedZip(await sourcesIn(recorder));
  return { bytes, digest: createHash("sha256").update(bytes).digest("hex") };
}

interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

async function sourcesIn(folder: string): Promise<readonly ZipEntry[]> {
  const found = await readdir(folder, { recursive: true });
  const names = found.map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".py"));
  return Promise.all(names.sort().map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}

const midnight1980 = 0x00210000;

/** Entries as they are, without a clock: the same sources give the same bytes. */
function storedZip(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const nameBytes = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt32LE(midnight1980, 6);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    bodies.push(Buffer.from("PK\x03\x04", "latin1"), fields, nameBytes, bytes);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), fields, tail, nameBytes);
    offset += 30 + nameBytes.length + bytes.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, central, Buffer.from("PK\x05\x06", "latin1"), end]);
}
