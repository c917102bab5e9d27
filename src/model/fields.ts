/**
 * Reads the members of an object from outside, one by one, each with its type and its bounds. The first thing that is wrong is kept
 * in `problem`; the values read from then on are placeholders that the caller throws away.
 */
export class Fields {
  /** What is wrong, in words for a finding; null while all is well. */
  problem: string | null = null;
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(object: Readonly<Record<string, unknown>>) {
    this.#object = object;
  }

  /** The object of a JSON text; null when it is none. */
  static of(text: string): Fields | null {
    const value = parseJson(text);
    return isObject(value) ? new Fields(value) : null;
  }

  refuse(name: string, must: string): void {
    this.problem ??= `${name} ${must}`.trim();
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name) && this.#object[name] !== undefined;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  text(name: string, most: number, least = 0): string {
    return this.#checkText(name, this.value(name), most, least);
  }

  textOrNull(name: string, most: number): string | null {
    const value = this.value(name);
    return value === null || value === undefined ? null : this.#checkText(name, value, most, 0);
  }

  /** A finite number within bounds. */
  number(name: string, least = -Number.MAX_VALUE, most = Number.MAX_VALUE): number {
    const value = this.value(name);
    if (typeof value === "number" && value >= least && value <= most) return value;
    this.refuse(name, "must be a number within bounds");
    return 0;
  }

  integer(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.number(name, least, most);
    if (!Number.isInteger(value)) this.refuse(name, "must be a whole number");
    return value;
  }

  integerOrNull(name: string, least: number): number | null {
    return this.value(name) == null ? null : this.integer(name, least);
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== "boolean") this.refuse(name, "must be true or false");
    return value === true;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.value(name);
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) this.refuse(name, "has an unknown value");
    return chosen ?? (choices[0] as T);
  }

  texts(name: string, most: number, longest: number): readonly string[] {
    const value = this.value(name);
    if (Array.isArray(value) && value.length <= most)
      return value.map((item) => this.#checkText(name, item, longest, 0));
    this.refuse(name, `must be a list of at most ${most} texts`);
    return [];
  }

  /** Members of an object, each read by the given function, in their order. */
  members<T>(
    name: string,
    most: number,
    read: (key: string, value: unknown) => T,
  ): Readonly<Record<string, T>> {
    const value = this.value(name);
    const entries = isObject(value) ? Object.entries(value) : [];
    if (isObject(value) && entries.length <= most)
      return Object.fromEntries(entries.map(([key, member]) => [key, read(key, member)]));
    this.refuse(name, `must be an object of at most ${most} members`);
    return {};
  }

  /** A nested object; null where it is null or absent. */
  object<T>(name: string, read: (fields: Fields) => T): T | null {
    const value = this.value(name);
    if (value === null || value === undefined) return null;
    if (!isObject(value)) {
      this.refuse(name, "must be an object");
      return null;
    }
    const fields = new Fields(value);
    const result = read(fields);
    if (fields.problem !== null) this.refuse(`${name}.${fields.problem}`, "");
    return result;
  }

  #checkText(name: string, value: unknown, most: number, least: number): string {
    if (typeof value === "string" && value.length >= least && value.length <= most) return value;
    this.refuse(name, `must be a text of ${least} to ${most} characters`);
    return "";
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a JSON text, undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
