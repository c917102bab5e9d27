/**
 * Spans of libraries that know nothing of MLflow, in its words: what kind of call it was, what went in and came out, which model, how many
 * tokens.
 */

import { parseJson } from "../../model/fields.ts";
import { type AnyValue, anyValue, type KeyValue, plainValue } from "./anyValue.ts";
import type { OtlpSpan } from "./otlpSpan.ts";
import { type Convention, conventions } from "./spanConventions.ts";

/** The span with what MLflow's clients look for beside what it said itself; what it said in MLflow's own words stays. */
export function inOwnWords(span: OtlpSpan): OtlpSpan {
  const said = new Map(span.attributes.map(({ key, value }) => [key, unpacked(value)]));
  const add = (key: string, value: AnyValue | undefined) => {
    if (value !== undefined && !said.has(key)) said.set(key, value);
  };
  const kind = firstOf(({ kind: key, kinds }) => own(kinds, textOf(said.get(key ?? ""))));
  if (kind !== undefined && textOf(said.get("mlflow.spanType")) === "UNKNOWN") said.delete("mlflow.spanType");
  add("mlflow.spanType", kind === undefined ? undefined : { string_value: kind });
  add("mlflow.spanInputs", firstOf(({ input }) => content(said, input)) ?? messagesOf(span, inputRoles));
  add("mlflow.spanOutputs", firstOf(({ output }) => content(said, output)) ?? messagesOf(span, outputRoles));
  add(
    "mlflow.chat.tokenUsage",
    firstOf((convention) => usage(said, convention)),
  );
  add(
    "mlflow.chat.tools",
    firstOf(({ tools }) => content(said, tools === undefined ? [] : [tools])),
  );
  add(
    "mlflow.llm.model",
    firstOf(({ model }) => content(said, model)),
  );
  add(
    "mlflow.llm.provider",
    firstOf(({ provider }) => content(said, provider === undefined ? [] : [provider])),
  );
  if (span.parentId.length === 0 && span.service !== "") add("service.name", { string_value: span.service });
  return { ...span, attributes: [...said].map(([key, value]): KeyValue => ({ key, value })) };
}

/** A text that is the JSON of a text, a list or an object stands for that: some clients have no other way to send one. */
function unpacked(value: AnyValue): AnyValue {
  if (!("string_value" in value) || !/^\s*["[{]/.test(String(value.string_value))) return value;
  const text = String(value.string_value);
  const within = parseJson(text);
  // Digits that a number here can't hold stay as they are.
  if (within === undefined || /\d{16}/.test(text) || !isShallow(within, 0)) return value;
  return typeof within === "string" || typeof within === "object" ? anyValue(within) : value;
}

const deepest = 64;

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth < deepest && Object.values(value).every((each) => isShallow(each, depth + 1));
}

function firstOf<T>(read: (convention: Convention) => T | undefined): T | undefined {
  for (const convention of conventions) {
    const found = read(convention);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Said = ReadonlyMap<string, AnyValue>;

function own(words: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return words !== undefined && Object.hasOwn(words, name) ? words[name] : undefined;
}

/** The value of the first attribute that says something. */
function content(said: Said, keys: readonly (string | RegExp)[] = []): AnyValue | undefined {
  for (const key of keys) {
    const names = typeof key === "string" ? [key] : [...said.keys()].filter((name) => key.test(name));
    for (const name of names) {
      const value = said.get(name);
      if (value !== undefined && !isNothing(plainValue(value))) return value;
    }
  }
  return undefined;
}

/** An empty text, list or object, or null. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function usage(said: Said, { tokens, cached }: Convention): AnyValue | undefined {
  if (tokens === undefined) return undefined;
  const [input, output, total] = tokens.map((key) => (key === undefined ? undefined : count(said, [key])));
  if (input === undefined && output === undefined && total === undefined) return undefined;
  const both = input === undefined || output === undefined ? undefined : input + output;
  const numbers = {
    ...{ input_tokens: input, output_tokens: output, total_tokens: total ?? both },
    cache_read_input_tokens: count(said, cached?.[0] ?? []),
    cache_creation_input_tokens: count(said, cached?.[1] ?? []),
  };
  return anyValue(Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== undefined)));
}

/** A whole number, also as text. */
function count(said: Said, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const text = textOf(said.get(key));
    if (/^-?\d{1,15}$/.test(text)) return Number(text);
  }
  return undefined;
}

const inputRoles: Readonly<Record<string, string>> = {
  "gen_ai.system.message": "system",
  "gen_ai.user.message": "user",
  "gen_ai.assistant.message": "assistant",
};
const outputRoles: Readonly<Record<string, string>> = { "gen_ai.choice": "assistant" };

/** Messages that were told as events. */
function messagesOf({ events }: OtlpSpan, roles: Readonly<Record<string, string>>): AnyValue | undefined {
  const messages = events.flatMap(({ name, attributes }) => {
    const of = new Map(attributes.map(({ key, value }) => [key, unpacked(value)]));
    const content = plainValue(of.get("content") ?? {});
    const role = own(roles, name);
    if (role === undefined || isNothing(content)) return [];
    return [{ role: textOf(of.get("role")) || role, content }];
  });
  return messages.length === 0 ? undefined : anyValue(messages);
}

function textOf(value: AnyValue | undefined): string {
  const plain = value === undefined ? undefined : plainValue(value);
  return plain === undefined ? "" : String(plain);
}
