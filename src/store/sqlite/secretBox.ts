/**
 * Secrets in a store file are sealed with a key that lies beside it, for its owner's eyes only: a copy of the store that is passed on, put
 * into a backup or attached to a question gives none of them away. Who can read the owner's files can read both.
 */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as fs from "node:fs";

const mark = "sealed:1:";
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

export class SecretBox {
  readonly #file: string;
  #key: Buffer | null = null;

  /** `file`: where the key is, or is put when something is sealed for the first time. */
  constructor(file: string) {
    this.#file = file;
  }

  seal(secret: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#madeKey(), nonce);
    const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return mark + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
  }

  /** What was sealed; a text that was not, from a store of before, as it is. Null where the key is gone or is another one. */
  open(text: string): string | null {
    if (!text.startsWith(mark)) return text;
    const key = this.#knownKey();
    const bytes = Buffer.from(text.slice(mark.length), "base64");
    if (key === null || bytes.length < nonceBytes + tagBytes) return null;
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes));
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      const rest = bytes.subarray(nonceBytes + tagBytes);
      return Buffer.concat([decipher.update(rest), decipher.final()]).toString("utf8");
    } catch {
      return null;
    }
  }

  #knownKey(): Buffer | null {
    if (this.#key !== null) return this.#key;
    const key = readKey(this.#file);
    this.#key = key;
    return key;
  }

  /** Two that make a key at once get the same one: whole files are linked into place, and only the first link succeeds. */
  #madeKey(): Buffer {
    const known = this.#knownKey();
    if (known !== null) return known;
    const draft = `${this.#file}.${process.pid}.${randomBytes(4).toString("hex")}`;
    fs.writeFileSync(draft, randomBytes(keyBytes), { mode: 0o600, flag: "wx" });
    try {
      // A key of the wrong length opens nothing any more.
      if (fs.existsSync(this.#file)) fs.renameSync(draft, this.#file);
      else fs.linkSync(draft, this.#file);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    } finally {
      fs.rmSync(draft, { force: true });
    }
    const made = this.#knownKey();
    if (made === null) throw new Error(`The key ${this.#file} can't be read back.`);
    return made;
  }
}

function readKey(file: string): Buffer | null {
  try {
    const key = fs.readFileSync(file);
    return key.length === keyBytes ? key : null;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
