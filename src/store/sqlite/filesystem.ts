/** Keeps SQLite off network file systems, where its locks and its shared memory can't be trusted. */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Failure, failure } from "../../model/failure.ts";

/** `statfs` types (Linux) of file systems that are, or may be, shared between machines. */
const networkTypes: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x65735546, // FUSE: sshfs, and drivers that know no locks
  0x01021997, // 9P: folders of a virtual machine's host
  0x5346414f, // AFS
  0x6b414653, // AFS of the kernel
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x00c36400, // Ceph
  0x19830326, // BeeGFS
  0x7461636f, // OCFS2
  0x01161970, // GFS2
  0x786f4256, // folders shared with VirtualBox
  0x73757245, // Coda
  0x564c, // NCP
  0x20030528, // OrangeFS
  0xaad7aaea, // PanFS
]);

/** Where a store goes, and why it is not where it was asked for. */
export interface StorePlace {
  readonly path: string;
  readonly moved: Failure | null;
}

/** What the choice depends on; tests pass their own. */
export interface FilesystemProbe {
  /** `statfs` type of an existing folder. */
  readonly typeOf: (folder: string) => number;
  readonly platform: NodeJS.Platform;
  /** A folder on a local disk for data of this user. */
  readonly dataFolder: string;
}

export const thisMachine: FilesystemProbe = {
  typeOf: (folder) => fs.statfsSync(folder).type,
  platform: process.platform,
  dataFolder: dataFolder(process.platform, process.env, os.homedir()),
};

/** The asked path, or one under the user's data folder when that path is on a network file system. Creates nothing. */
export function storePlace(asked: string, probe: FilesystemProbe = thisMachine): StorePlace {
  if (!isOnNetwork(asked, probe)) return { path: asked, moved: null };
  const mark = createHash("sha256").update(asked).digest("hex").slice(0, 16);
  const local = path.join(probe.dataFolder, "stores", mark, path.basename(asked));
  return { path: local, moved: failure("storeMoved", { path: asked, local }) };
}

/** Is the path on a file system shared between machines? Unknown counts as no: the store must open where nothing can be told. */
export function isOnNetwork(asked: string, { typeOf, platform }: FilesystemProbe = thisMachine): boolean {
  if (platform === "win32") return /^[\\/]{2}/.test(asked);
  if (platform !== "linux") return false;
  try {
    return networkTypes.has(typeOf(existingFolder(asked)));
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function existingFolder(asked: string): string {
  let folder = path.dirname(path.resolve(asked));
  while (!fs.existsSync(folder) && folder !== path.dirname(folder)) folder = path.dirname(folder);
  return folder;
}

function dataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  if (platform === "win32")
    return path.join(env.LOCALAPPDATA ?? path.join(home, "AppData", "Local"), "runline");
  if (platform === "darwin") return path.join(home, "Library", "Application Support", "runline");
  return path.join(env.XDG_DATA_HOME ?? path.join(home, ".local", "share"), "runline");
}
