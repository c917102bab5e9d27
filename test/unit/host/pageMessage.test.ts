import { expect, test } from "vitest";
import { parsePageMessage } from "../../../src/host/pageMessage.ts";

test.each<[string, unknown]>([
  ["a call", { type: "call", id: 1, name: "runs/get", input: { id: "x" } }],
  ["a cancel", { type: "cancel", id: 1 }],
  ["ready", { type: "ready" }],
])("%s is taken as it is", (_name, message) => {
  expect(parsePageMessage(message)).toEqual(message);
});

test.each<[string, unknown]>([
  ["null", null],
  ["text", "call"],
  ["a list", [{ type: "ready" }]],
  ["another type", { type: "eval", id: 1 }],
  ["a fraction as id", { type: "cancel", id: 1.5 }],
  ["no id", { type: "call", name: "runs/get", input: {} }],
  ["a name that is none", { type: "call", id: 1, name: {}, input: {} }],
  ["a list as input", { type: "call", id: 1, name: "runs/get", input: [] }],
  ["no input", { type: "call", id: 1, name: "runs/get" }],
  ["an instance as input", { type: "call", id: 1, name: "runs/get", input: new Date() }],
])("%s is refused", (_name, message) => {
  expect(parsePageMessage(message)).toBeNull();
});
