/** Whether a filter is true of a run. */

import type { Attribute, Comparison, Filter, FilterField, Literal } from "./filter.ts";
import { parseTime } from "./filterTime.ts";
import type { Run } from "./run.ts";

/** What a filter asks of a run; null is what the run does not have. */
export interface FilterSubject {
  metric(name: string): number | null;
  parameter(name: string): string | null;
  tag(name: string): string | null;
  /** Times in epoch milliseconds, the duration in seconds. */
  attribute(name: Attribute): Literal | null;
}

/** Whether a run fits. For many runs, make the predicate once. */
export function matches(filter: Filter, run: Run): boolean {
  return predicateOf(filter)(subjectOf(run));
}

/** The filter as a question that can be put to many. */
export function predicateOf(filter: Filter): (subject: FilterSubject) => boolean {
  switch (filter.kind) {
    case "and":
    case "or": {
      const parts = filter.parts.map(predicateOf);
      return filter.kind === "and"
        ? (subject) => parts.every((part) => part(subject))
        : (subject) => parts.some((part) => part(subject));
    }
    case "not": {
      const part = predicateOf(filter.part);
      return (subject) => !part(subject);
    }
    case "null":
      return (subject) => foundIn(filter.field, subject) === null;
    case "like": {
      const like = likeness(filter.pattern, filter.anyCase);
      return (subject) => {
        const value = foundIn(filter.field, subject);
        return value !== null && like(String(value));
      };
    }
    case "in": {
      const wanted = filter.values.map((value) => comparable(filter.field, value));
      return (subject) => {
        const value = foundIn(filter.field, subject);
        return value !== null && wanted.some((one) => compares(value, "=", one));
      };
    }
    case "compare": {
      const wanted = comparable(filter.field, filter.value);
      return (subject) => {
        const value = foundIn(filter.field, subject);
        return value !== null && compares(value, filter.operator, wanted);
      };
    }
  }
}

/** A row of the runs table as a subject. */
function subjectOf(run: Run): FilterSubject {
  const own = <T>(record: Readonly<Record<string, T>>, name: string): T | null =>
    Object.hasOwn(record, name) ? (record[name] as T) : null;
  return {
    metric: (name) => own(run.metrics, name)?.last ?? null,
    parameter: (name) => own(run.parameters, name)?.value ?? null,
    tag: (name) => own(run.tags, name),
    attribute: (name) => attributeOf(run, name),
  };
}

/** What a filter knows of a run by an attribute's name. */
export function attributeOf(run: RunFacts, name: Attribute): Literal | null {
  if (name === "duration") return durationOf(run);
  return name === "exit" ? run.exitCode : run[name];
}

type RunFacts = Pick<Run, Exclude<Attribute, "duration" | "exit"> | "exitCode" | "asOf">;

/** Of a run that goes on: up to when it was last seen. */
function durationOf({ started, ended, asOf }: RunFacts): number | null {
  return started === null ? null : ((ended ?? asOf) - started) / 1000;
}

function foundIn(field: FilterField, subject: FilterSubject): Literal | null {
  switch (field.of) {
    case "metrics":
      return subject.metric(field.name);
    case "params":
      return subject.parameter(field.name);
    case "tags":
      return subject.tag(field.name);
    case "run":
      return subject.attribute(field.name);
  }
}

/** The value of a filter as the field has it: times are numbers there. */
function comparable(field: FilterField, value: Literal): Literal {
  const isTime = field.of === "run" && /^(?:started|created|ended)$/.test(field.name);
  return isTime && typeof value === "string" ? (parseTime(value) ?? Number.NaN) : value;
}

function compares(found: Literal, operator: Comparison, wanted: Literal): boolean {
  if (typeof wanted === "number" && typeof found === "string") {
    const number = numberOf(found);
    return number !== null && comparesSame(number, operator, wanted);
  }
  return typeof found === typeof wanted && comparesSame(found, operator, wanted);
}

function comparesSame(found: Literal, operator: Comparison, wanted: Literal): boolean {
  switch (operator) {
    case "=":
      return found === wanted || (Number.isNaN(found) && Number.isNaN(wanted));
    case "!=":
      return !comparesSame(found, "=", wanted);
    case "<":
      return found < wanted;
    case "<=":
      return found <= wanted;
    case ">":
      return found > wanted;
    case ">=":
      return found >= wanted;
  }
}

/** A parameter as a number, in the ways that scripts print one; null when it is none. */
function numberOf(text: string): number | null {
  const plain = text.trim();
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(plain)) return Number(plain);
  const odd = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i.exec(plain);
  if (odd === null) return null;
  return odd[2] === undefined ? (odd[1] === "-" ? -1 / 0 : 1 / 0) : Number.NaN;
}

/** Matches % (any text) and _ (one character), in time that grows with the product of the lengths, whatever the pattern. */
function likeness(pattern: string, anyCase: boolean): (text: string) => boolean {
  const fold = (text: string) => (anyCase ? text.toLowerCase() : text);
  const parts: { readonly sign: string; readonly kind: "any" | "one" | "sign" }[] = [];
  const signs = [...fold(pattern)];
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] as string;
    const next = signs[at + 1];
    if (sign === "\\" && (next === "%" || next === "_" || next === "\\")) {
      parts.push({ sign: next, kind: "sign" });
      at++;
    } else parts.push({ sign, kind: sign === "%" ? "any" : sign === "_" ? "one" : "sign" });
  }
  return (whole) => {
    const text = [...fold(whole)];
    // The last % seen and how much it has taken: the only place that ever has to be gone back to.
    let [at, part, star, taken] = [0, 0, -1, 0];
    while (at < text.length) {
      const wanted = parts[part];
      if (wanted?.kind === "any") {
        star = part++;
        taken = at;
      } else if (wanted !== undefined && (wanted.kind === "one" || wanted.sign === text[at])) {
        part++;
        at++;
      } else if (star >= 0) {
        part = star + 1;
        at = ++taken;
      } else return false;
    }
    while (parts[part]?.kind === "any") part++;
    return part === parts.length;
  };
}
