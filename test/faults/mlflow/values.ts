/** Values that a hostile or broken client sends, the same for the same seed. */

export interface Dice {
  /** A whole number below the given one. */
  below(most: number): number;
  one<T>(of: readonly T[]): T;
}

export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (most: number) => Math.floor(next() * most);
  return { below, one: (of) => of[below(of.length)] as (typeof of)[number] };
}

/** Names that members of members have. */
const innerNames = [
  ...[
    "key",
    "value",
    "timestamp",
    "step",
    "name",
    "version",
    "run_id",
    "model_id",
    "dataset",
    "tags",
    "digest",
  ],
  ...[
    "source",
    "source_type",
    "schema",
    "profile",
    "trace_info",
    "trace_id",
    "trace_location",
    "mlflow_experiment",
  ],
  ...["experiment_id", "assessment_name", "feedback", "expectation", "entity", "action", "aggregation_type"],
  ...["percentile_value", "field_name", "ascending", "dataset_name", "__proto__", "constructor", "toString"],
];

const texts = [
  ...[
    "",
    " ",
    "a",
    "0",
    "-1",
    "1e999",
    "NaN",
    "Infinity",
    "true",
    "null",
    "\0",
    "a\0b",
    "\ud800",
    "\u202e",
    "😀".repeat(60),
  ],
  ...[
    "../../../../x",
    "..%2f..%2fx",
    "%252e%252e/x",
    "/etc/hostname",
    "C:\\x",
    "file:///etc/hostname",
    "a/./b//c",
    ".",
  ],
  ...[
    "runs:/x/y",
    "models:/x/1",
    "models:/m-0/x",
    "mlflow-artifacts:/0/x",
    "s3://b/k?x#y",
    "http://[::1",
    "data:,x",
  ],
  ...[
    "{}",
    "[]",
    '{"offset": 1e9}',
    "eyJvZmZzZXQiOiAxfQ==",
    "WyJhIiwxXQ==",
    "====",
    "$(id)",
    "'; drop table run; --",
  ],
  ...[
    "2026-11-22T03:00:00Z",
    "-5s",
    "1.5s",
    "9999-99-99",
    "ACTIVE",
    "ACTIVE_ONLY",
    "FINISHED",
    "TRACES",
    "COUNT",
    "trace_count",
  ],
];

const filterWords = [
  ...[
    "name",
    "=",
    "!=",
    "<",
    ">=",
    "LIKE",
    "ILIKE",
    "RLIKE",
    "IN",
    "NOT IN",
    "IS NULL",
    "AND",
    "OR",
    "(",
    ")",
    ",",
  ],
  ...[
    "'a'",
    "'%'",
    '"a"',
    "`a b`",
    "5",
    "1e9",
    "-0.5",
    "metrics.m",
    "params.p",
    "tags.t",
    "attribute.run_id",
    "'it''s'",
  ],
  ...[
    "('a', 'b')",
    "status",
    "trace.text",
    "span.name",
    "feedback.q",
    "dataset.name",
    "'(a+)+$'",
    "start_time",
    "'",
    "\\",
  ],
];

const numbers = [
  0,
  -0,
  1,
  -1,
  0.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  2 ** 64,
  8.64e15,
  8.65e15,
  1e-320,
];

/** What exists and may be named. */
export type Known = Readonly<Record<string, string>>;

/** Anything at all that JSON can hold, now and then very large or very deep. */
export function anyValue(dice: Dice, known: Known, depth = 0): unknown {
  switch (dice.below(depth > 3 ? 8 : 14)) {
    case 0:
      return dice.one([null, true, false]);
    case 1:
      return dice.one(numbers);
    case 2:
      return dice.one(texts);
    case 3:
    case 4:
      return dice.one(Object.values(known));
    case 5:
      return filterText(dice);
    case 6:
      return dice
        .one(texts)
        .padEnd(dice.one([300, 6_001, 8_001, 100_001]), dice.one(["x", "é", "/", "%", "'", "("]));
    case 7:
      return "x".repeat(dice.below(300));
    case 8:
    case 9:
      return Array.from({ length: dice.below(4) }, () => anyValue(dice, known, depth + 1));
    case 10:
      return Array.from({ length: dice.one([101, 1_001, 5_000]) }, () =>
        dice.one<unknown>([1, "a", null, { key: "k", value: "v" }]),
      );
    case 11:
      return nested(dice.one([10, 100, 2_000]));
    default:
      return members(dice, known, depth);
  }
}

/** Member names are made with `fromEntries`, so that `__proto__` is one like the others. */
function members(dice: Dice, known: Known, depth: number): object {
  const names = Array.from({ length: dice.below(6) }, () => dice.one(innerNames));
  return Object.fromEntries(names.map((name) => [name, known[name] ?? anyValue(dice, known, depth + 1)]));
}

export function filterText(dice: Dice): string {
  return Array.from({ length: dice.one([1, 3, 3, 7, 15, 2_000]) }, () => dice.one(filterWords)).join(" ");
}

function nested(depth: number): unknown {
  let value: unknown = "deep";
  for (let at = 0; at < depth; at++) value = at % 2 === 0 ? [value] : { key: value };
  return value;
}

/** A piece of a path or a query as it may stand in a request line. */
export function anyPiece(dice: Dice, known: Known): string {
  return dice.one([
    ...[
      "..",
      "%2e%2e",
      "%2e%2e%2f%2e%2e",
      "%00",
      "%",
      "%ff%fe",
      "a%2fb",
      ".",
      "%252e",
      "*",
      ":x",
      "a;b",
      "~",
      "x".repeat(1_990),
    ],
    ...Object.values(known).map(encodeURIComponent),
    encodeURIComponent(Buffer.from(dice.one(texts), "utf8").toString("utf8")),
  ]);
}
