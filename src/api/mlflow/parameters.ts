/** Reads the fields of a request one by one, in the order in which MLflow checks them; what is wrong is said in MLflow's words. */

import { sortedJson, typeName, written } from "./pythonJson.ts";
import { type Fields, MlflowError } from "./route.ts";

/** Marks fields that came as query keys: there everything is text, and a list of one is a text. */
export const fromQuery = Symbol("query");

/** Holds the JSON that fields were read from. */
export const fromJson = Symbol("json");

const docs = "See the API docs for more information about request parameters.";
const nothing: Fields = Object.freeze({});

/** Numbers of protobuf's int64 that can be told apart here. */
const mostInteger = Number.MAX_SAFE_INTEGER;

/** Members that are absent or null count as not given. Every method throws `MlflowError` INVALID_PARAMETER_VALUE. */
export class Parameters {
  readonly #fields: Fields;
  readonly #path: string;
  readonly #isQuery: boolean;
  readonly #json: unknown;

  /** `path` stands before the names of members of a member: `metrics[3].`. */
  constructor(fields: Fields, path = "", json: unknown = Reflect.get(fields, fromJson)) {
    this.#fields = fields;
    this.#path = path;
    this.#json = json;
    this.#isQuery = Object.hasOwn(fields, fromQuery);
  }

  /** The names of all members that are given. */
  names(): readonly string[] {
    return Object.keys(this.#fields).filter((name) => this.has(name));
  }

  /** The members as they came. */
  plain(): Readonly<Record<string, unknown>> {
    return this.#fields;
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  /** Refuses the request unless the member is there and not empty. */
  require(name: string): void {
    const value = this.#value(name);
    if (value === undefined || value === "") throw missing(this.#path + name);
  }

  /** "" where it is not given. */
  text(name: string): string {
    return this.textOrNull(name) ?? "";
  }

  textOrNull(name: string): string | null {
    const value = this.#single(name);
    if (value === undefined) return null;
    if (typeof value !== "string") throw this.#unfit(name, value);
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    this.require(name);
    return value;
  }

  /** The id of a run, which very old clients call `run_uuid`. */
  runId(): string {
    const value = this.text("run_id") || this.text("run_uuid");
    if (value === "") throw missing(`${this.#path}run_id`);
    return value;
  }

  /** A whole number, also as text; null where it is not given. */
  integerOrNull(name: string): number | null {
    const value = this.#single(name);
    if (value === undefined) return null;
    const number = typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
    if (typeof number !== "number" || !Number.isInteger(number) || Math.abs(number) > mostInteger)
      throw this.#unfit(name, value);
    return number;
  }

  requiredInteger(name: string): number {
    const value = this.integerOrNull(name);
    if (value === null) throw missing(this.#path + name);
    return value;
  }

  /** A number, also as text ("NaN", "Infinity", "-Infinity" among them); null where it is not given. */
  numberOrNull(name: string): number | null {
    const value = this.#single(name);
    if (value === undefined) return null;
    const isText = typeof value === "string" && value.trim() !== "";
    const number = isText || typeof value === "boolean" ? Number(value) : value;
    const isNumber = typeof number === "number" && (!Number.isNaN(number) || value === "NaN");
    if (!isNumber) throw this.#unfit(name, value);
    return number;
  }

  requiredNumber(name: string): number {
    const value = this.numberOrNull(name);
    if (value === null) throw missing(this.#path + name);
    return value;
  }

  flagOrNull(name: string): boolean | null {
    const value = this.#single(name);
    if (value === undefined) return null;
    if (typeof value === "boolean") return value;
    if (!this.#isQuery) throw this.#unfit(name, value);
    const text = String(value).toLowerCase();
    if (text === "true" || text === "false") return text === "true";
    throw invalid(`Invalid boolean value: ${value}, must be 'true' or 'false'.`);
  }

  /** One of several words (protobuf's enums); null where it is not given. Numbers stand for words by their place. */
  wordOrNull<T extends string>(name: string, words: Readonly<Record<T, number>>): T | null {
    const value = this.#single(name);
    if (value === undefined) return null;
    if (typeof value === "string" && Object.hasOwn(words, value)) return value as T;
    const byNumber = Object.entries(words).find(([, number]) => String(number) === String(value));
    if (byNumber === undefined) throw this.#unfit(name, value);
    return byNumber[0] as T;
  }

  /** Texts; none where it is not given. */
  texts(name: string): readonly string[] {
    const items = this.#items(name);
    for (const item of items) if (typeof item !== "string") throw this.#unfit(name, this.#value(name));
    return items as readonly string[];
  }

  /** A list of objects, each read by the given function; none where it is not given. */
  list<T>(name: string, read: (item: Parameters, at: number) => T): readonly T[] {
    return this.#items(name).map((item, at) => {
      if (typeof item !== "object" || item === null || Array.isArray(item))
        throw this.#unfit(name, this.#value(name));
      return read(new Parameters(item as Fields, `${this.#path}${name}[${at}].`, this.#json), at);
    });
  }

  /** A member that is an object itself, empty where it is not given. */
  object(name: string): Parameters {
    const value = this.#value(name) ?? nothing;
    if (typeof value !== "object" || Array.isArray(value)) throw this.#unfit(name, value);
    return new Parameters(value as Fields, `${this.#path}${name}.`, this.#json);
  }

  /** `max_results`: the usual number where it is not given. */
  limit(name: string, usual: number, most: number): number {
    const value = this.integerOrNull(name) ?? usual;
    if (value > most) throw this.#unfit(name, this.#value(name));
    return value;
  }

  /** Key and value of each item of a list, as tags and parameters have them. */
  pairs(name: string): readonly { readonly key: string; readonly value: string }[] {
    return this.list(name, (item) => ({ key: item.text("key"), value: item.text("value") }));
  }

  #items(name: string): readonly unknown[] {
    const value = this.#value(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    if (this.#isQuery) return [value];
    throw this.#unfit(name, value);
  }

  #single(name: string): unknown {
    const value = this.#value(name);
    return this.#isQuery && Array.isArray(value) ? value[0] : value;
  }

  #value(name: string): unknown {
    const value = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    return value === null ? undefined : value;
  }

  #unfit(name: string, value: unknown): MlflowError {
    const place = this.#path + name;
    const sent = (typeof this.#json === "string" ? written(this.#json, place) : null) ?? value;
    return invalid(`${invalidValue(place, sent, ` Hint: Value was of type '${typeName(sent)}'.`)} ${docs}`);
  }
}

export function invalid(message: string): MlflowError {
  return new MlflowError("INVALID_PARAMETER_VALUE", message);
}

/** The refusal of a request that lacks a parameter. */
export function missing(name: string): MlflowError {
  return invalid(`Missing value for required parameter '${name}'. ${docs}`);
}

/** MLflow's sentence about a value that does not fit. */
export function invalidValue(name: string, value: unknown, why = ""): string {
  const about = `Invalid value ${sortedJson(value)} for parameter '${name}' supplied`;
  return why === "" ? `${about}.` : `${about}: ${why}`;
}
