import { expect, test } from "vitest";
import { sortedJson, typeName, written } from "../../../../src/api/mlflow/pythonJson.ts";

test.each([
  ["9", "9", "int"],
  ["9.0", "9.0", "float"],
  ["-0", "0", "int"],
  ["-0.0", "-0.0", "float"],
  ["1e2", "100.0", "float"],
  ["1e16", "1e+16", "float"],
  ["0.00001", "1e-05", "float"],
  ["1e400", "Infinity", "float"],
  ["12345678901234567890", "12345678901234567890", "int"],
  ['{"b": [9.0, "ü"], "a": null}', '{"a":null,"b":[9.0,"\\u00fc"]}', "dict"],
])("%s is told as %s", (sent, told, type) => {
  const value = written(`{"x": 1, "tags": [{"value": ${sent}}]}`, "tags[0].value");
  expect(sortedJson(value)).toBe(told);
  expect(typeName(value)).toBe(type);
});

test("a place that is not there is nothing", () => {
  expect(written('{"a": [1]}', "a[1].b")).toBeUndefined();
  expect(written('{"a": [1]}', "constructor")).toBeUndefined();
});
