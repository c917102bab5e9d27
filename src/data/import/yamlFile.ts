/** Small YAML files of other tools: plain values only, and few aliases, so that a short file can't become a large value. */

import { parse } from "yaml";
import { isObject } from "../../model/fields.ts";
import { readText } from "./plainFiles.ts";

const longest = 4 * 1024 * 1024;
/** Python's writers put one wherever an object stands twice, as in the settings of Hydra and Lightning. */
const mostAliases = 100;

export type YamlObject = Readonly<Record<string, unknown>>;

/** The object in a file, null where there is none; `problem` says why one that is there could not be read. */
export async function readYaml(
  file: string,
): Promise<{ readonly object: YamlObject | null; readonly problem: string | null }> {
  const text = await readText(file, longest);
  if (text === null) return { object: null, problem: null };
  try {
    const value: unknown = parse(text, {
      maxAliasCount: mostAliases,
      schema: "core",
      merge: false,
      prettyErrors: false,
      logLevel: "error",
    });
    return isObject(value)
      ? { object: value, problem: null }
      : { object: null, problem: "it holds no values" };
  } catch (thrown) {
    const problem = thrown instanceof Error ? (thrown.message.split("\n")[0] ?? "") : String(thrown);
    return { object: null, problem };
  }
}

/** A value as text; "" where it is none. */
export function textIn(object: YamlObject, ...names: readonly string[]): string {
  for (const name of names) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
      return String(value);
  }
  return "";
}

/** A number, also where it is written as text; null where it is none. */
export function numberIn(object: YamlObject, name: string): number | null {
  const text = textIn(object, name);
  return text === "" || !Number.isFinite(Number(text)) ? null : Number(text);
}
