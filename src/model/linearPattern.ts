/**
 * Regular expressions for texts and patterns of strangers: matched in time that grows with the text alone, never with the ways to match it.
 * What can't be had in such time (references back, looking around) is refused. Letters, classes, groups, `|`, `* + ? {m,n}`, `^ $ \b`.
 */

export interface LinearPattern {
  /** Is there a match anywhere in the text? */
  isIn(text: string): boolean;
}

export type ParsedPattern =
  | { readonly ok: true; readonly pattern: LinearPattern }
  | { readonly ok: false; readonly error: string };

type Test = (character: string) => boolean;
type Step =
  | { readonly kind: "character"; readonly test: Test }
  | { readonly kind: "place"; readonly test: (before: string, after: string) => boolean }
  | { readonly kind: "either"; readonly first: number; readonly second: number }
  | { readonly kind: "go"; readonly to: number }
  | { readonly kind: "match" };

type Node =
  | { readonly kind: "character"; readonly test: Test }
  | { readonly kind: "place"; readonly test: (before: string, after: string) => boolean }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Node[] }
  | { readonly kind: "repeat"; readonly part: Node; readonly least: number; readonly most: number };

const mostSteps = 2_000;
const mostCharacters = 100_000;
const deepest = 50;

/** Letters of both cases are the same after `(?i)` at the front, as Python has it. */
export function linearPattern(source: string): ParsedPattern {
  const ignoreCase = source.startsWith("(?i)");
  const reader = new PatternReader([...(ignoreCase ? source.slice(4) : source)], ignoreCase);
  const node = reader.whole();
  if (reader.error !== null) return { ok: false, error: reader.error };
  const steps: Step[] = [];
  if (!written(node, steps)) return { ok: false, error: "the pattern is too large" };
  steps.push({ kind: "match" });
  return { ok: true, pattern: { isIn: (text) => matches(steps, text) } };
}

const isWord: Test = (character) => /[\p{L}\p{N}_]/u.test(character);
const isSpace: Test = (character) => /\s/.test(character);
const isDigit: Test = (character) => /\p{Nd}/u.test(character);
const not =
  (test: Test): Test =>
  (character) =>
    !test(character);
const classes: Readonly<Record<string, Test>> = {
  ...{ w: isWord, W: not(isWord), s: isSpace, S: not(isSpace), d: isDigit, D: not(isDigit) },
};
const controls: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };

function isEdge(before: string, after: string): boolean {
  return (before !== "" && isWord(before)) !== (after !== "" && isWord(after));
}

class PatternReader {
  error: string | null = null;
  readonly #signs: readonly string[];
  readonly #ignoreCase: boolean;
  #at = 0;
  #depth = 0;

  constructor(signs: readonly string[], ignoreCase: boolean) {
    this.#signs = signs;
    this.#ignoreCase = ignoreCase;
  }

  whole(): Node {
    const node = this.#choice();
    if (this.error === null && this.#at < this.#signs.length) this.#fail("a parenthesis is not open");
    return node;
  }

  #choice(): Node {
    const parts = [this.#sequence()];
    while (this.error === null && this.#take("|")) parts.push(this.#sequence());
    return parts.length === 1 ? (parts[0] ?? nothing) : { kind: "choice", parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.error === null && this.#at < this.#signs.length && !"|)".includes(this.#sign()))
      parts.push(this.#repeated(this.#one()));
    return { kind: "sequence", parts };
  }

  #one(): Node {
    const sign = this.#next();
    switch (sign) {
      case "(":
        return this.#group();
      case "[":
        return { kind: "character", test: this.#set() };
      case ".":
        return { kind: "character", test: (character) => character !== "\n" };
      case "^":
        return { kind: "place", test: (before) => before === "" };
      case "$":
        return { kind: "place", test: (_, after) => after === "" };
      case "\\":
        return this.#escaped();
      case "*":
      case "+":
      case "?":
        return this.#fail("nothing to repeat");
      default:
        return { kind: "character", test: this.#is(sign) };
    }
  }

  #group(): Node {
    if (++this.#depth > deepest) return this.#fail("too many groups in one another");
    if (this.#take("?") && !this.#take(":"))
      return this.#fail("groups are plain or begin with ?:, others are not supported");
    const node = this.#choice();
    if (this.error === null && !this.#take(")")) return this.#fail("a parenthesis is not closed");
    this.#depth--;
    return node;
  }

  #escaped(): Node {
    const sign = this.#next();
    if (sign === "") return this.#fail("it ends with a backslash");
    if (sign === "b") return { kind: "place", test: isEdge };
    if (sign === "B") return { kind: "place", test: (before, after) => !isEdge(before, after) };
    if (sign === "A") return { kind: "place", test: (before) => before === "" };
    if (sign === "Z") return { kind: "place", test: (_, after) => after === "" };
    if (/[1-9]/.test(sign)) return this.#fail("references to groups are not supported");
    return { kind: "character", test: this.#class(sign) };
  }

  #class(sign: string): Test {
    const known = Object.hasOwn(classes, sign) ? classes[sign] : undefined;
    if (known !== undefined) return known;
    const control = Object.hasOwn(controls, sign) ? controls[sign] : undefined;
    if (control === undefined && /[a-zA-Z]/.test(sign)) this.#fail(`\\${sign} is not supported`);
    return this.#is(control ?? sign);
  }

  #set(): Test {
    const isNot = this.#take("^");
    const tests: Test[] = [];
    for (let first = true; this.error === null; first = false) {
      if (this.#at >= this.#signs.length) this.#fail("a bracket is not closed");
      const sign = this.#next();
      if (sign === "]" && !first) break;
      if (sign === "\\" && /[wWsSdD]/.test(this.#sign())) {
        tests.push(this.#class(this.#next()));
        continue;
      }
      const from = sign === "\\" ? this.#literal() : sign;
      const isRange = this.#sign() === "-" && ![undefined, "]"].includes(this.#signs[this.#at + 1]);
      if (!isRange) {
        tests.push(this.#is(from));
        continue;
      }
      this.#at++;
      const until = this.#take("\\") ? this.#literal() : this.#next();
      if (until < from) this.#fail("a range is the wrong way round");
      tests.push((character) => this.#forms(character).some((form) => form >= from && form <= until));
    }
    return (character) => tests.some((test) => test(character)) !== isNot;
  }

  #literal(): string {
    const sign = this.#next();
    return (Object.hasOwn(controls, sign) ? controls[sign] : undefined) ?? sign;
  }

  #repeated(part: Node): Node {
    let node = part;
    while (this.error === null) {
      const range = this.#range();
      if (range === null) break;
      if (node.kind === "repeat") return this.#fail("what is repeated is repeated again");
      // Whether as much or as little as possible: that there is a match is the same.
      this.#take("?");
      node = { kind: "repeat", part, ...range };
    }
    return node;
  }

  #range(): { readonly least: number; readonly most: number } | null {
    if (this.#take("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#take("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#take("?")) return { least: 0, most: 1 };
    const rest = this.#signs.slice(this.#at, this.#at + 12).join("");
    const found = /^\{(\d{0,4})(,?)(\d{0,4})\}/.exec(rest);
    if (found === null || (found[1] === "" && found[3] === "")) return null;
    this.#at += found[0].length;
    const least = Number(found[1] ?? 0);
    const most = found[2] === "" ? least : found[3] === "" ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (most < least) this.#fail("a number of repetitions is the wrong way round");
    return { least, most };
  }

  #is(wanted: string): Test {
    if (!this.#ignoreCase) return (character) => character === wanted;
    const folded = wanted.toLowerCase();
    return (character) => character.toLowerCase() === folded;
  }

  #forms(character: string): readonly string[] {
    return this.#ignoreCase ? [character.toLowerCase(), character.toUpperCase()] : [character];
  }

  #sign(): string {
    return this.#signs[this.#at] ?? "";
  }

  #next(): string {
    return this.#signs[this.#at++] ?? "";
  }

  #take(sign: string): boolean {
    if (this.#sign() !== sign) return false;
    this.#at++;
    return true;
  }

  #fail(error: string): Node {
    this.error ??= error;
    this.#at = this.#signs.length;
    return nothing;
  }
}

const nothing: Node = { kind: "sequence", parts: [] };

/** Appends what matches the node; false when it would be too much. */
function written(node: Node, steps: Step[]): boolean {
  if (steps.length > mostSteps) return false;
  switch (node.kind) {
    case "character":
    case "place":
      steps.push(node);
      return true;
    case "sequence":
      return node.parts.every((part) => written(part, steps));
    case "choice":
      return writtenChoice(node.parts, steps);
    case "repeat":
      return writtenRepeat(node, steps);
    default:
      return node satisfies never;
  }
}

function writtenChoice(parts: readonly Node[], steps: Step[]): boolean {
  const ends: number[] = [];
  for (const [at, part] of parts.entries()) {
    const fork = steps.length;
    const isLast = at === parts.length - 1;
    if (!isLast) steps.push({ kind: "go", to: 0 });
    if (!written(part, steps)) return false;
    if (isLast) break;
    ends.push(steps.length);
    steps.push({ kind: "go", to: 0 });
    steps[fork] = { kind: "either", first: fork + 1, second: steps.length };
  }
  for (const end of ends) steps[end] = { kind: "go", to: steps.length };
  return true;
}

function writtenRepeat({ part, least, most }: Node & { readonly kind: "repeat" }, steps: Step[]): boolean {
  for (let count = 0; count < least; count++) if (!written(part, steps)) return false;
  if (most === Number.POSITIVE_INFINITY) {
    const fork = steps.length;
    steps.push({ kind: "go", to: 0 });
    if (!written(part, steps)) return false;
    steps.push({ kind: "go", to: fork });
    steps[fork] = { kind: "either", first: fork + 1, second: steps.length };
    return true;
  }
  const forks: number[] = [];
  for (let count = least; count < most; count++) {
    forks.push(steps.length);
    steps.push({ kind: "go", to: 0 });
    if (!written(part, steps)) return false;
  }
  for (const fork of forks) steps[fork] = { kind: "either", first: fork + 1, second: steps.length };
  return true;
}

/** All places that the pattern may be at, one character after the other. */
function matches(steps: readonly Step[], text: string): boolean {
  const seen = new Uint32Array(steps.length);
  let round = 0;
  let places: number[] = [];
  let before = "";

  /** Goes on to where a character is wanted; true when that is the end. */
  function reach(start: number, after: string): boolean {
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen[at] === round) continue;
      seen[at] = round;
      const step = steps[at];
      switch (step?.kind) {
        case "match":
          return true;
        case "go":
          open.push(step.to);
          break;
        case "either":
          open.push(step.second, step.first);
          break;
        case "place":
          if (step.test(before, after)) open.push(at + 1);
          break;
        default:
          places.push(at);
      }
    }
    return false;
  }

  const characters = [...text.slice(0, mostCharacters), ""];
  for (const character of characters) {
    const from = places;
    places = [];
    round += 1;
    // Where the character before led to was found with it; a match may begin here, too.
    for (const at of from) if (reach(at, character)) return true;
    if (reach(0, character)) return true;
    const next: number[] = [];
    for (const at of places) {
      const step = steps[at];
      if (character !== "" && step?.kind === "character" && step.test(character)) next.push(at + 1);
    }
    places = next;
    before = character;
  }
  return false;
}
