/** What names and values may be in MLflow's protocol, in its words (mlflow/utils/validation.py). */

import { redactLogged } from "../../model/redact.ts";
import { invalid, invalidValue } from "./parameters.ts";

export const limits = {
  key: 250,
  parameterValue: 6_000,
  tagValue: 8_000,
  experimentName: 500,
  experimentTagValue: 20_000,
  metricsPerBatch: 1_000,
  textsPerBatch: 100,
  entitiesPerBatch: 1_000,
  location: 2_048,
} as const;

const goodName = /^[/\p{L}\p{N}_.\- :]*$/u;

/** The key of a metric, parameter or tag. `path` is what it is called in the message. */
export function checkKey(key: string, path: string): void {
  if (!goodName.test(key))
    throw invalid(
      invalidValue(
        path,
        key,
        "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).",
      ),
    );
  const plain = plainPath(key);
  if (plain !== key || plain === "." || plain.startsWith("..") || plain.startsWith("/"))
    throw invalid(
      invalidValue(
        path,
        key,
        "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. " +
          `This name would resolve to ${pythonText(plain)}`,
      ),
    );
}

/** Refuses a text of more than so many characters. */
export function checkLength(what: string, text: string, most: number): void {
  if (characters(text) > most) throw invalid(`'${what}' exceeds the maximum length of ${most} characters`);
}

export function checkExperimentName(name: string): void {
  if (name.trim() === "") throw invalid(`Invalid experiment name: '${name}'`);
  checkLength("name", name, limits.experimentName);
}

/** A value is cut to what MLflow keeps of it, as it does by default. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return [...text].slice(0, most).join("");
}

export function checkTag(key: string, value: string, path: string): readonly [string, string] {
  checkKey(key, `${path}key`);
  checkLength(`${path}key`, key, limits.key);
  return [key, redactLogged(key, cut(value, limits.tagValue))];
}

export function checkParameter(key: string, value: string, path: string): readonly [string, string] {
  checkKey(key, `${path}key`);
  checkLength("Param key", key, limits.key);
  return [key, redactLogged(key, cut(value, limits.parameterValue))];
}

/** Latest time that a journal can hold: the end of the calendar of most languages. */
const latestTime = 8.64e15;

/** `isKnown`: the key was that of the metric before, and is all right. */
export function checkMetric(
  { key, value, time, step }: { key: string; value: number; time: number; step: number },
  path: string,
  isKnown = false,
): void {
  if (!isKnown) checkKey(key, `${path}name`);
  if (time < 0 || time > latestTime)
    throw invalid(
      invalidValue(
        `${path}timestamp`,
        time,
        `metric '${key}' (value=${pythonFloat(value)}). Timestamp must be a nonnegative long (64-bit integer) `,
      ),
    );
  if (!Number.isSafeInteger(step))
    throw invalid(
      invalidValue(
        `${path}step`,
        step,
        `metric '${key}' (value=${pythonFloat(value)}). Step must be a valid long (64-bit integer).`,
      ),
    );
  checkLength("Metric name", key, limits.key);
}

/** A number as Python shows a float. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}

/** Characters as Python counts them. */
function characters(text: string): number {
  let count = text.length;
  if (count > 100) for (const character of text) count -= character.length - 1;
  return count;
}

/** A path as POSIX would read it: without empty parts and `.`, with `..` resolved. */
function plainPath(name: string): string {
  const root = name.startsWith("//") && !name.startsWith("///") ? "//" : name.startsWith("/") ? "/" : "";
  const parts: string[] = [];
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (root === "") parts.push(part);
  }
  return root + parts.join("/") || ".";
}

/** A text as Python shows it. */
function pythonText(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}
