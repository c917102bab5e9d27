/** Scalars as TensorFlow 2 writes them: tensors of one number, told from images and histograms by their plugin. */

import { expect, test } from "vitest";
import { EventReader } from "../../../src/data/import/eventScalars.ts";

const field = (number: number, bytes: Uint8Array) =>
  Buffer.concat([Buffer.of((number << 3) | 2, ...length(bytes.length)), bytes]);
const varint = (number: number, value: number) => Buffer.of(number << 3, ...length(value));

function length(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...length(value >>> 7)];
}

function bytesOf(write: (buffer: Buffer) => void, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  write(buffer);
  return buffer;
}

const plugin = (name: string) => field(9, field(1, field(1, Buffer.from(name))));
const event = (tag: string, tensor: Buffer, metadata = Buffer.alloc(0)) =>
  Buffer.concat([
    varint(2, 300),
    field(5, field(1, Buffer.concat([field(1, Buffer.from(tag)), field(8, tensor), metadata]))),
  ]);
const float = bytesOf((buffer) => buffer.writeFloatLE(0.5, 0), 4);
const double = bytesOf((buffer) => buffer.writeDoubleLE(0.1, 0), 8);
const long = bytesOf((buffer) => buffer.writeBigInt64LE(-7n, 0), 8);
const shape = (size: number) => field(2, field(2, varint(1, size)));

test.each([
  ["a float's content", Buffer.concat([varint(1, 1), field(4, float)]), 0.5],
  ["a double's content", Buffer.concat([varint(1, 2), field(4, double)]), 0.1],
  ["a list of one float", Buffer.concat([varint(1, 1), shape(1), field(5, float)]), 0.5],
  ["a list of one double", Buffer.concat([varint(1, 2), field(6, double)]), 0.1],
  ["a long's content", Buffer.concat([varint(1, 9), field(4, long)]), -7],
  ["a packed list of one int", Buffer.concat([varint(1, 3), field(7, Buffer.of(0xac, 0x02))]), 300],
  ["zero, which is left out", varint(1, 1), 0],
])("%s is a scalar", (_, tensor, value) => {
  expect(new EventReader().read(event("loss", tensor, plugin("scalars"))).scalars).toEqual([
    { time: 0, step: 300, tag: "loss", value },
  ]);
});

test.each([
  ["more than one number", Buffer.concat([varint(1, 1), shape(2), field(4, Buffer.concat([float, float]))])],
  ["a very long list", Buffer.concat([varint(1, 3), shape(500_000), field(7, Buffer.alloc(500_000, 1))])],
  ["a text", Buffer.concat([varint(1, 7), field(8, Buffer.from("words"))])],
  ["bytes that are no message", Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
])("%s is none", (_, tensor) => {
  expect(new EventReader().read(event("loss", tensor)).scalars).toEqual([]);
});

test("the plugin of a tag is told once and holds for what follows", () => {
  const reader = new EventReader();
  const one = Buffer.concat([varint(1, 1), field(4, float)]);
  expect(reader.read(event("picture", one, plugin("images"))).scalars).toEqual([]);
  expect(reader.read(event("picture", one)).scalars).toEqual([]);
  expect(reader.read(event("other", one)).scalars).toHaveLength(1);
});
