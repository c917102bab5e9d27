/** Where a folder's MLflow server is, for whoever needs one: a file beside the store, there while it serves and for its owner's eyes only. */

import { readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { isObject, parseJson } from "../../model/fields.ts";

export interface Address {
  readonly url: string;
  readonly token: string | null;
}

const addressFile = "mlflow.json";
/** What stays when nobody serves: scripts and notebooks that know the address find the next server there. */
const keptFile = "mlflow-port.json";

export async function writeAddress(directory: string, address: Address): Promise<void> {
  const port = Number(new URL(address.url).port);
  await writeWhole(path.join(directory, addressFile), { ...address, pid: process.pid });
  await writeWhole(path.join(directory, keptFile), { port, token: address.token });
}

/** The address of whoever serves now, as it was written; null where nobody says so. */
export async function readAddress(directory: string): Promise<Address | null> {
  const known = parseJson(await textOf(path.join(directory, addressFile)));
  if (!isObject(known) || typeof known.url !== "string") return null;
  return { url: known.url, token: typeof known.token === "string" ? known.token : null };
}

/** Port and token of the last server of this folder. */
export async function lastAddress(
  directory: string,
): Promise<{ readonly port: number; readonly token: string | null } | null> {
  const known = parseJson(await textOf(path.join(directory, keptFile)));
  if (!isObject(known) || typeof known.port !== "number") return null;
  return { port: known.port, token: typeof known.token === "string" ? known.token : null };
}

/** Takes the address away if it is still this process's. */
export async function removeAddress(directory: string): Promise<void> {
  const file = path.join(directory, addressFile);
  const known = parseJson(await textOf(file));
  if (isObject(known) && known.pid === process.pid) await rm(file, { force: true });
}

/** Port and token are not kept for the next server. */
export async function forgetAddress(directory: string): Promise<void> {
  await rm(path.join(directory, keptFile), { force: true });
}

/** For its owner's eyes; whoever reads it finds all of it or what was there before. */
export async function writeWhole(file: string, value: object): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(value), { mode: 0o600 });
  await rename(draft, file);
}

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
