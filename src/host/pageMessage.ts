/** Messages of a page, checked before use: a page is code of ours that shows text of others. */

export interface PageCall {
  readonly type: "call";
  readonly id: number;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export type PageMessage =
  | PageCall
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "ready" };

/** The message, or null for anything that is not one. Inputs of calls are always plain objects. */
export function parsePageMessage(message: unknown): PageMessage | null {
  if (!isPlainObject(message)) return null;
  const { type, id, name, input } = message;
  if (type === "ready") return { type };
  if (typeof id !== "number" || !Number.isSafeInteger(id)) return null;
  if (type === "cancel") return { type, id };
  if (type !== "call" || typeof name !== "string" || !isPlainObject(input)) return null;
  return { type, id, name, input };
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
