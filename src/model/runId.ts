/** Run ids: a UUIDv7 as 32 lower-case hex digits. They sort by time and are valid MLflow run ids. */

/** Runs that were imported keep the ids they had in MLflow, which are UUIDs of another version. */
const shape = /^[0-9a-f]{32}$/;

/** May the text be the id of a run? It is safe as the name of a folder. */
export function isRunId(text: string): boolean {
  return shape.test(text);
}

/** The id for a time (epoch ms) and 16 random bytes, of which 74 bits are used. */
export function runIdAt(time: number, random: Uint8Array): string {
  const stamp = Math.max(0, Math.min(Math.floor(time), 2 ** 48 - 1));
  const bytes = Array.from({ length: 16 }, (_, at) => (random[at] ?? 0) & 0xff);
  for (let at = 0; at < 6; at++) bytes[at] = Math.floor(stamp / 2 ** (8 * (5 - at))) % 256;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
