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

test("what JSON can carry is not copied", () => {
  const value = { metrics: { loss: [1, 2, 3] }, name: "x" };
  expect(packed(value)).toBe(value);
  expect(unpacked(value)).toBe(value);
  expect(packed({ ...value, bad: [1, Number.NaN] })).toEqual({ ...value, bad: [1, { $number: "NaN" }] });
});
