/** Sends a list of calls to a server, and makes the answers of two servers comparable. */

import type { Step } from "./steps.ts";

export interface Reply {
  readonly status: number;
  readonly json: unknown;
}

/** Sends every step to one server; what it gave a name stands for itself in later steps and in what is compared. */
export async function replay(url: string, steps: readonly Step[]): Promise<readonly Reply[]> {
  const known = new Map<string, string>();
  const filled = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => known.get(name) ?? whole);
  const replies: Reply[] = [];
  for (const { call, body, text: written, keep } of steps) {
    const [method = "", path = ""] = filled(call).split(/ (.*)/s);
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: filled(JSON.stringify(body)) }),
      ...(written === undefined ? {} : { body: filled(written) }),
    });
    const text = await response.text();
    const json = text.startsWith("{") ? (JSON.parse(text) as unknown) : text.slice(0, 100);
    for (const [name, place] of Object.entries(keep ?? {})) {
      const value = place
        .split(".")
        .reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], json);
      known.set(name, String(value));
    }
    replies.push({ status: response.status, json: plain(json, known) });
  }
  return replies;
}

const times = /^(creation_time|last_update_time|creation_timestamp_ms|last_updated_timestamp_ms)$/;
const unordered: Readonly<Record<string, string>> = { tags: "key", params: "key", metrics: "key" };

/** Ids by their names, times and tokens by what they are, lists that have no order in one of their own. */
function plain(value: unknown, known: ReadonlyMap<string, string>, name = ""): unknown {
  if (typeof value === "string") {
    if (name === "next_page_token") return "<token>";
    let text = value;
    for (const [each, id] of known) text = named(text, id, `{${each}}`, name);
    return text;
  }
  if (typeof value === "number" && times.test(name)) return "<time>";
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item, known));
    const key = unordered[name];
    const isSet =
      key !== undefined &&
      new Set(items.map((item) => String((item as Record<string, unknown>)[key]))).size === items.length;
    return isSet ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  // How MLflow classes its own exceptions; no client asks.
  const { error_class: _, sqlstate: __, ...told } = value as Record<string, unknown>;
  const members = Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([member, item]) => [member, plain(item, known, member)]));
}

/** An id by its name. A short one is also a part of other numbers: it counts only where an id is meant. */
function named(text: string, id: string, by: string, member: string): string {
  if (id === "") return text;
  if (id.length > 8) return text.replaceAll(id, by);
  if (text === id) return member.endsWith("experiment_id") ? by : text;
  return text.replaceAll(new RegExp(`(/|id=|id |experiment )${id}(?![\\w.])`, "g"), `$1${by}`);
}
