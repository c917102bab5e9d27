import fc from "fast-check";
import { expect, test } from "vitest";
import { packed, unpacked } from "../../../src/model/exactNumbers.ts";

const number = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    number.map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("tree")),
    fc.dictionary(fc.string(), tie("tree"), { noNullPrototype: true }),
  ),
}));

test("what arrives is what was sent", () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(unpacked(JSON.parse(JSON.stringify(packed(value))))).toEqual(value);
    }),
  );
});

test("long lists of numbers arrive to the bit", () => {
  const of = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: 60, maxLength: 200 });
  const lists = fc.oneof(
    of(number),
    of(fc.integer()),
    of(fc.float()),
    of(fc.constantFrom(0, -0, 1)),
    of(fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 53)),
    number.map((value) => Array<number>(70).fill(value)),
    fc.constantFrom(-0, 0, Number.NaN).map((value) => [...Array<number>(70).fill(value), 0]),
  );
  const long = (list: readonly number[]) => list.length >= 64;
  fc.assert(
    fc.property(lists.filter(long), (list) => {
      const found = unpacked(JSON.parse(JSON.stringify(packed({ list })))) as { list: number[] };
      expect(found.list.every((value, at) => Object.is(value, list[at]))).toBe(true);
      expect(found.list).toHaveLength(list.length);
    }),
  );
});

test("a list with something else than numbers in it is no list of numbers", () => {
  const list = [...Array<number | null | { x: number }>(80).fill(1), null, { x: Number.NaN }];
  expect(unpacked(JSON.parse(JSON.stringify(packed(list))))).toEqual(list);
});

test("what JSON can carry is not copied", () => {
  const value = { metrics: { loss: [1, 2, 3] }, name: "x" };
  expect(packed(value)).toBe(value);
  expect(unpacked(value)).toBe(value);
  expect(packed({ ...value, bad: [1, Number.NaN] })).toEqual({ ...value, bad: [1, { $number: "NaN" }] });
});
