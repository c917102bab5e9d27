import { expect, test } from "vitest";
import { fileType, savedAs } from "../../../../src/api/mlflow/downloadHeaders.ts";

test.each([
  ["a.txt", "text/plain", "attachment; filename=a.txt"],
  ["MLmodel", "text/plain", "attachment; filename=MLmodel"],
  ["dog+step.png", "image/png", "attachment; filename=dog+step.png"],
  ["b.pkl", "application/octet-stream", "attachment; filename=b.pkl"],
  [".json", "application/octet-stream", "attachment; filename=.json"],
  [
    'a "b"\r\nx: y.csv',
    "text/plain",
    `attachment; filename="a _b___x: y.csv"; filename*=UTF-8''a%20%22b%22%0D%0Ax%3A%20y.csv`,
  ],
  [
    "größe (1).csv",
    "text/plain",
    `attachment; filename="gr__e (1).csv"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%281%29.csv`,
  ],
])("%s is saved under its name", (name, type, disposition) => {
  expect(fileType(name)).toBe(type);
  expect(savedAs(name)).toBe(disposition);
});
