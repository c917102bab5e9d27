/** Frames of TensorBoard event files, made by hand. */

/** One event with one scalar, in its frame. */
export function eventBytes(tag: string, step: number, value: number): Buffer {
  const number = Buffer.alloc(5);
  number.writeUInt8(0x15, 0);
  number.writeFloatLE(value, 1);
  const scalar = Buffer.concat([lengthened(0x0a, Buffer.from(tag)), number]);
  const wall = Buffer.alloc(9);
  wall.writeUInt8(0x09, 0);
  wall.writeDoubleLE(1_700_000_000 + step, 1);
  const summary = lengthened(0x2a, lengthened(0x0a, scalar));
  return framed(Buffer.concat([wall, Buffer.of(0x10, ...varint(BigInt.asUintN(64, BigInt(step)))), summary]));
}

function lengthened(key: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(key, ...varint(BigInt(bytes.length))), bytes]);
}

function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
}

function framed(payload: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(payload.length), 0);
  head.writeUInt32LE(masked(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(masked(payload), 0);
  return Buffer.concat([head, payload, tail]);
}

function masked(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
