/** Writes TensorBoard event files as SummaryWriter does, only quicker: frames with masked CRC-32C, each one event with one scalar. */

import * as fs from "node:fs";

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** `values[i]` is the tag's value at step i; `began` and `interval` are in seconds. */
export function writeEventFile(
  file: string,
  tag: string,
  values: Float32Array,
  began: number,
  interval: number,
): void {
  const frames = [frame(Buffer.concat([wallTime(began), versionField()]))];
  for (const [step, value] of values.entries())
    frames.push(frame(scalarEvent(tag, step, value, began + step * interval)));
  fs.writeFileSync(file, Buffer.concat(frames));
}

function frame(payload: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(payload.length));
  head.writeUInt32LE(maskedCrc(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedCrc(payload));
  return Buffer.concat([head, payload, tail]);
}

function scalarEvent(tag: string, step: number, value: number, wall: number): Buffer {
  const number = Buffer.alloc(5);
  number[0] = (2 << 3) | 5;
  number.writeFloatLE(value, 1);
  const scalar = Buffer.concat([bytesField(1, Buffer.from(tag)), number]);
  const at = Buffer.from([2 << 3, ...varint(step)]);
  return Buffer.concat([wallTime(wall), at, bytesField(5, bytesField(1, scalar))]);
}

function wallTime(seconds: number): Buffer {
  const field = Buffer.alloc(9);
  field[0] = (1 << 3) | 1;
  field.writeDoubleLE(seconds, 1);
  return field;
}

function versionField(): Buffer {
  return bytesField(3, Buffer.from("brain.Event:2"));
}

function bytesField(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
