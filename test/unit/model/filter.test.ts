import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  attributes,
  type Filter,
  type FilterField,
  fieldsOf,
  printFilter,
} from "../../../src/model/filter.ts";
import { matches } from "../../../src/model/filterMatch.ts";
import { parseFilter } from "../../../src/model/filterParser.ts";
import type { Run } from "../../../src/model/run.ts";

function parsed(text: string): Filter {
  const read = parseFilter(text);
  if (!read.ok || read.filter === null) throw new Error(read.ok ? "empty" : read.error.text);
  return read.filter;
}

const summary = (last: number) => ({
  ...{ last, lastStep: 9, min: 0, minStep: 0, max: 1, maxStep: 1, count: 10, nan: 0, inf: 0 },
});
const local = (...parts: [number, number, number, number?, number?]) => new Date(...parts).getTime();
const run: Run = {
  ...{
    id: "0190aa",
    name: "calm-ibex",
    experiment: "digits",
    state: "finished",
    reason: null,
    drained: true,
  },
  ...{
    host: "gpu-1",
    argv: [],
    cwd: "/work",
    script: "train.py",
    code: null,
    attempt: 2,
    exitCode: 0,
    signal: null,
  },
  ...{
    created: local(2026, 10, 1, 9),
    started: local(2026, 10, 1, 10),
    ended: local(2026, 10, 1, 11),
    asOf: 0,
  },
  ...{
    note: 'says "hi"\nand more',
    starred: true,
    keyMetric: null,
    sparkline: [],
    findings: 3,
    directory: "/r",
  },
  tags: { team: "vision", "a b": "c%d", empty: "" },
  parameters: {
    model: { value: "ResNet", source: "argv" },
    lr: { value: "1e-3", source: "argv" },
    batch: { value: "064", source: "argv" },
    drop: { value: "nan", source: "argv" },
    top: { value: "-inf", source: "argv" },
  },
  metrics: {
    val_loss: summary(0.25),
    "train/loss": summary(0.5),
    "top-5": summary(5),
    bad: summary(Number.NaN),
    over: summary(Number.POSITIVE_INFINITY),
    "lr.group0": summary(1e-7),
    "a`b\\c": summary(7),
    über: summary(1),
  },
};

describe("is true of the run", () => {
  test.each([
    ...[
      "metrics.val_loss < 0.3",
      "metrics.val_loss<.3",
      "METRICS.val_loss <= 0.25",
      "metric.val_loss = 25e-2",
    ],
    ...[
      "metrics.train/loss > 0.4",
      "metrics.top-5 >= 5",
      "metrics.`top-5` == 5.",
      "metrics.lr.group0 < 1e-6",
    ],
    ...["metrics.`a\\`b\\\\c` = 7", "metrics.über = 1", "metrics.val_loss != 1", "metrics.val_loss <> 1"],
    ...["metrics.val_loss in (1, 0.25)", "metrics.val_loss not in (1, 2)", "metrics.val_loss > -1e308"],
    ...[
      "metrics.bad = nan",
      "metrics.bad != 0",
      "metrics.bad is not null",
      "not metrics.bad < 1",
      "not metrics.bad > 1",
    ],
    ...["metrics.over = inf", "metrics.over > 1e308", "metrics.over != -inf", "metrics.over != nan"],
    ...["metrics.none is null", "not metrics.none < 1", "not metrics.none != 1", "not metrics.none in (1)"],
    ...[
      'params.model = "ResNet"',
      "params.model = 'ResNet'",
      'param.model like "Res%"',
      'parameters.model ilike "%NET"',
    ],
    ...[
      "params.lr = 0.001",
      'params.lr = "1e-3"',
      "params.lr < 0.01",
      "params.batch = 64",
      'params.batch != "64"',
    ],
    ...[
      "params.drop = nan",
      "params.top = -inf",
      "params.top < 0",
      'params.batch like "0__"',
      "params.lr in (5, 0.001)",
    ],
    ...[
      'params.model in ("a", "ResNet")',
      'params.model > "A"',
      "not params.model = 1",
      "not params.model != 1",
    ],
    ...['tags.team like "vis%"', 'tags.team not like "x%"', "tags.`a b` = 'c%d'", "tags.`a b` like 'c\\%d'"],
    ...[
      "tags.empty is not null",
      'tags.empty = ""',
      'tags.empty like "%"',
      'tags.empty like ""',
      "tags.none is null",
    ],
    ...['name = "calm-ibex"', 'Name like "calm%"', 'state = "finished"', 'state in ("failed", "finished")'],
    ...[
      'host like "gpu-_"',
      'experiment != "x"',
      'script like "%.py"',
      'note like "%more"',
      "note = 'says \"hi\"\\nand more'",
    ],
    ...['id like "0190%"', "attempt = 2", "exit = 0", "findings > 2", "duration = 3600", "duration >= 60"],
    ...["starred", "starred = true", "starred != false", "not starred = false", "starred in (true)"],
    ...[
      'started >= "2026-11-01"',
      'started < "2026-11-02"',
      'started = "2026-11-01 10:00"',
      'ended > "2026-11-01T10:59:59.5"',
    ],
    ...[
      "starred and attempt = 2",
      "starred or attempt = 3",
      "attempt = 3 or starred",
      "not attempt = 3 and starred",
    ],
    ...[
      "starred or starred and attempt = 9",
      "(starred or attempt = 9) and attempt = 2",
      "not (starred and attempt = 9)",
    ],
    ...[
      "not not starred",
      "NOT attempt = 3 AND (STARRED OR attempt = 4)",
      "((starred))",
      "\n starred\tand\r\nstarred ",
    ],
    ...['metrics.val_loss < 0.3 and params.model = "ResNet" and tags.team like "vis%"'],
  ])("%s", (text) => {
    expect(matches(parsed(text), run)).toBe(true);
    expect(matches(parsed(`not (${text})`), run)).toBe(false);
  });
});

describe("is false of the run", () => {
  test.each([
    ...[
      "metrics.val_loss < 0.25",
      "metrics.bad < 1",
      "metrics.bad >= 1",
      "metrics.bad = 1",
      "metrics.bad != nan",
    ],
    ...["metrics.none < 1", "metrics.none != 1", "metrics.none is not null", "metrics.__proto__ is not null"],
    ...["params.model < 1", "params.model != 1", 'params.none != "x"', "params.constructor is not null"],
    ...[
      'tags.team like "vis"',
      'tags.team like "VIS%"',
      'tags.team like "v_"',
      "tags.`a b` like 'c\\%e'",
      "params.drop = 1",
    ],
    ...[
      "not starred",
      "starred and attempt = 3",
      "attempt = 3 and starred or attempt = 4",
      'started > "2026-11-01 10:00"',
    ],
    ...["exit != 0", "exit is null", 'name in ("calm", "ibex")', 'name like ""', 'tags.empty like "_"'],
  ])("%s", (text) => {
    expect(matches(parsed(text), run)).toBe(false);
  });
});

test("a run that goes on has lasted until it was last seen, one that waits has no duration", () => {
  const going = { ...run, started: 1_000, ended: null, asOf: 91_000 };
  expect(matches(parsed("duration = 90"), going)).toBe(true);
  expect(matches(parsed("ended is null"), going)).toBe(true);
  expect(matches(parsed("duration is null and started is null"), { ...going, started: null })).toBe(true);
});

test("nothing is no filter", () => {
  for (const text of ["", "  ", "\n\t"]) expect(parseFilter(text)).toEqual({ ok: true, filter: null });
});

describe("points at what is wrong", () => {
  // The marks stand under what is meant; one ^ alone at the end is the end of the text.
  test.each([
    ["metrics.loss", "^^^^^^^^^^^^", "Expected a comparison: = != < <= > >= like ilike in is."],
    ["metrics.loss <", "              ^", "Expected a number or a text in quotes."],
    ["metrics.loss < resnet", "               ^^^^^^", 'Put texts in quotes: "resnet".'],
    ['metrics.loss < "a"', "               ^^^", "metrics.loss is a number; compare it with one."],
    ["metrics.loss < true", "               ^^^^", "metrics.loss is a number; compare it with one."],
    ["metrics loss < 1", "^^^^^^^", "Expected a name, as in metrics.loss."],
    ["metrics. < 1", "         ^", "Expected a name after “metrics.”."],
    ["metrics.", "^^^^^^^", "Expected a name after “metrics.”."],
    ["loss < 1", "^^^^", "There is no attribute “loss”."],
    ["toString = 1", "^^^^^^^^", "There is no attribute “toString”."],
    ["model.lr < 1", "^^^^^", "model has no names; there are metrics.…, params.… and tags.…."],
    ["name.x < 1", "^^^^", "name has no names"],
    ["name = 1", "       ^", "name is a text; put the value in quotes."],
    ["name like 1", "          ^", 'Expected a text in quotes, such as "vis%".'],
    ["attempt like 'a'", "        ^^^^", "attempt is no text; compare it with < or >."],
    ["metrics.a ilike 'a'", "          ^^^^^", "metrics.a is no text"],
    ['state = "runing"', "        ^^^^^^^^", "There is no state “runing”. States: queued, running"],
    ["started > 3", "          ^", 'started is a time, such as "2026-11-22"'],
    ['started > "2026-02-30"', "          ^^^^^^^^^^^^", "started is a time"],
    ['started > "yesterday"', "          ^^^^^^^^^^^", "started is a time"],
    ["starred = 1", "          ^", "starred is true or false."],
    ["starred < true", "          ^^^^", "starred has no order; use = or !=."],
    ["params.flag = true", "              ^^^^", 'Put it in quotes: "true".'],
    ["starred & starred", "        ^", "Use “and”."],
    ["starred || starred", "        ^", "Use “or”."],
    ["!starred", "^", "Use “not” or “!=”."],
    ["starred ; starred", "        ^", "; has no meaning here."],
    ["starred 🙂", "        ^^", "🙂 has no meaning here."],
    ["starred starred", "        ^^^^^^^", "Expected “and” or “or”."],
    ["(starred", "^", "This parenthesis is not closed."],
    ["(starred starred)", "         ^^^^^^^", "Expected “and”, “or” or a closing parenthesis."],
    ["starred)", "       ^", "This parenthesis closes nothing."],
    ["()", " ^", "Expected metrics.…, params.…, tags.… or an attribute of the run."],
    ["starred and", "           ^", "Expected metrics.…"],
    ["and starred", "^^^", "There is no attribute “and”."],
    ["name = 'a", "       ^^", "This ' has no end."],
    ["metrics.`a < 1", "        ^^^^^^", "This ` has no end."],
    ["metrics.a < 12x", "            ^", "This is no number."],
    ["metrics.a < 1 2", "              ^", "Expected “and” or “or”."],
    ["name is 3", "        ^", "Expected “null” or “not null”."],
    ["name not = 'a'", "         ^", "Expected “in”, “like” or “ilike”."],
    ["name in 'a'", "        ^^^", "Expected a list in parentheses."],
    ["name in ('a'", "        ^", "Expected a comma or the end of the list."],
    ["name in ('a' 'b')", "             ^^^", "Expected a comma or the end of the list."],
    ["name in ()", "         ^", "Expected a number or a text in quotes."],
    ["name in ('a',)", "             ^", "Expected a number or a text in quotes."],
    ["name in ('a', 1)", "              ^", "name is a text; put the value in quotes."],
    ["not", "   ^", "Expected metrics.…"],
  ])("%s", (text, marks, message) => {
    const read = parseFilter(text);
    if (read.ok) throw new Error("it was read");
    const { column, length } = read.error;
    expect(" ".repeat(column) + "^".repeat(Math.max(1, length))).toBe(marks);
    expect(read.error.text).toContain(message);
  });

  test("what is too long or too deep", () => {
    expect(parseFilter("x".repeat(10_001))).toMatchObject({
      ok: false,
      error: { column: 10_000, length: 1 },
    });
    for (const deep of ["(".repeat(5_000), "not ".repeat(2_000)])
      expect(parseFilter(deep)).toMatchObject({ error: { text: "A filter is at most 100 levels deep." } });
    expect(parseFilter(`${"starred or ".repeat(900)}starred`)).toMatchObject({ ok: true });
  });
});

const name = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("val_loss", "train/loss", "a`b", "\\", "\n", "", "is"),
);
const operator = fc.constantFrom("=", "!=", "<", "<=", ">", ">=");
const number = fc.oneof(fc.double(), fc.integer());
const text = fc.string({ unit: "binary" });
const loose = fc.record<FilterField>({
  of: fc.constantFrom("params", "tags"),
  name,
}) as fc.Arbitrary<FilterField>;
const metric = name.map((of): FilterField => ({ of: "metrics", name: of }));
const ofRun = (kind: string) =>
  fc.constantFrom(
    ...Object.entries(attributes)
      .filter(([key, is]) => is === kind && key !== "state")
      .map(([key]) => ({ of: "run", name: key }) as FilterField),
  );
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ kind: fc.constant("compare"), field: loose, operator, value: fc.oneof(number, text) }),
  fc.record({
    kind: fc.constant("compare"),
    field: fc.oneof(metric, ofRun("number")),
    operator,
    value: number,
  }),
  fc.record({ kind: fc.constant("compare"), field: ofRun("text"), operator, value: text }),
  fc.record({
    kind: fc.constant("compare"),
    field: ofRun("time"),
    operator,
    value: fc.constant("2026-11-22T14:30"),
  }),
  fc.record({
    kind: fc.constant("compare"),
    field: ofRun("flag"),
    operator: fc.constantFrom("=", "!="),
    value: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("like"),
    field: fc.oneof(loose, ofRun("text")),
    pattern: text,
    anyCase: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("in"),
    field: loose,
    values: fc.array(fc.oneof(number, text), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("null"), field: fc.oneof(loose, metric, ofRun("text")) }),
) as fc.Arbitrary<Filter>;
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constant("not"), part: tie("filter") }) as fc.Arbitrary<Filter>,
    fc.record({
      kind: fc.constantFrom("and", "or"),
      parts: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }),
    }) as fc.Arbitrary<Filter>,
  ),
}));

test("what is printed reads as the same filter", () => {
  fc.assert(
    fc.property(filter, (one) => {
      expect(parsed(printFilter(one))).toEqual(one);
    }),
    { numRuns: 1_000 },
  );
});

test("any text is a filter or an error within it, and a filter can be asked of a run", () => {
  const pieces = fc.constantFrom(
    ...[
      "metrics.",
      "a",
      "`",
      '"',
      "'",
      " ",
      "(",
      ")",
      "and",
      "or",
      "not",
      "in",
      "is",
      "null",
      "like",
      "<",
      "=",
      "1",
      "e",
      "-",
      "\\",
      ",",
      ".",
    ],
  );
  const noise = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces).map((some) => some.join("")),
    fc.array(pieces).map((some) => some.join(" ")),
  );
  fc.assert(
    fc.property(noise, (any) => {
      const read = parseFilter(any);
      if (read.ok) {
        if (read.filter !== null) expect(typeof matches(read.filter, run)).toBe("boolean");
      } else {
        expect(read.error.column).toBeGreaterThanOrEqual(0);
        expect(read.error.column + read.error.length).toBeLessThanOrEqual(any.length);
      }
    }),
    { numRuns: 5_000 },
  );
});

test("like is as a plain search would have it, and never slow", () => {
  const sign = fc.constantFrom("a", "b", "%", "_");
  fc.assert(
    fc.property(
      fc.array(sign, { maxLength: 8 }),
      fc.array(fc.constantFrom("a", "b", "."), { maxLength: 10 }),
      (pattern, found) => {
        const source = pattern.map((one) => (one === "%" ? ".*" : one === "_" ? "." : one)).join("");
        const like = parsed(`name like "${pattern.join("")}"`);
        expect(matches(like, { ...run, name: found.join("") })).toBe(
          new RegExp(`^${source}$`).test(found.join("")),
        );
      },
    ),
    { numRuns: 2_000 },
  );
  const slow = parsed(`note like "${"%a".repeat(500)}b"`);
  expect(matches(slow, { ...run, note: "a".repeat(5_000) })).toBe(false);
});

test("names the fields that it looks at, each once", () => {
  const found = fieldsOf(parsed("metrics.a < 1 and (params.b = 2 or not metrics.a > 3) and name like 'x'"));
  expect(found).toEqual([
    { of: "metrics", name: "a" },
    { of: "params", name: "b" },
    { of: "run", name: "name" },
  ]);
});
