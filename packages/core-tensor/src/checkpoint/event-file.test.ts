import { describe, expect, test } from 'vitest';
import { crc32c, maskedCrc32c } from './crc32c.ts';
import { encodeImageRecord, encodeScalarsRecord, encodeVersionRecord } from './event-file.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

describe('CRC-32C', () => {
  test.each([
    ['the check value of the polynomial', ascii('123456789'), 0xe3069283],
    ['RFC 3720 B.4: 32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['RFC 3720 B.4: 32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['RFC 3720 B.4: 0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['RFC 3720 B.4: 31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['nothing', new Uint8Array(0), 0],
  ])('%s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test('the mask rotates by 15 bits and adds its constant', () => {
    const value = BigInt(crc32c(ascii('123456789')));
    const rotated = ((value >> 15n) | (value << 17n)) & 0xffffffffn;
    expect(BigInt(maskedCrc32c(ascii('123456789')))).toBe((rotated + 0xa282ead8n) & 0xffffffffn);
  });
});

type Message = Map<number, (number | Uint8Array)[]>;

/** Reads a protocol-buffer message into fields; a reader of its own, by the wire format. */
function readMessage(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Message = new Map();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const advance = (length: number) => {
    at += length;
    return at - length;
  };
  while (at < bytes.length) {
    const key = varint();
    let value: number | Uint8Array;
    if (key % 8 === 0) value = varint();
    else if (key % 8 === 1) value = view.getFloat64(advance(8), true);
    else if (key % 8 === 5) value = view.getFloat32(advance(4), true);
    else {
      const length = varint();
      value = bytes.subarray(at, at + length);
      advance(length);
    }
    const field = Math.floor(key / 8);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

/** Reads TFRecord framing and checks both checksums. */
function readRecords(file: Uint8Array): Message[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const messages: Message[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const content = file.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 8, true) !== maskedCrc32c(file.subarray(at, at + 8)))
      throw new Error('length checksum');
    if (view.getUint32(at + 12 + length, true) !== maskedCrc32c(content)) throw new Error('content checksum');
    messages.push(readMessage(content));
    at += length + 16;
  }
  return messages;
}

const text = (value: unknown) => new TextDecoder().decode(value as Uint8Array);
const time = { wallTime: 1.7e9 + 0.25, step: 2 ** 40 + 7 };

test('the first record names the version', () => {
  const [event] = readRecords(encodeVersionRecord(1.5));
  expect(event!.get(1)).toEqual([1.5]);
  expect(text(event!.get(3)![0])).toBe('brain.Event:2');
});

test('scalars are read back with time, step beyond 32 bits, tag and float32 value', () => {
  const file = Buffer.concat([
    encodeVersionRecord(1),
    encodeScalarsRecord(time, { 'loss/é': 0.1, nan: Number.NaN }),
  ]);
  const event = readRecords(file)[1]!;
  expect([event.get(1), event.get(2)]).toEqual([[time.wallTime], [time.step]]);
  const values = readMessage(event.get(5)![0] as Uint8Array)
    .get(1)!
    .map((value) => readMessage(value as Uint8Array));
  expect(values.map((value) => text(value.get(1)![0]))).toEqual(['loss/é', 'nan']);
  expect(values.map((value) => value.get(2)![0])).toEqual([Math.fround(0.1), Number.NaN]);
});

test('a picture is read back with its size and its bytes', () => {
  const png = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
  const [event] = readRecords(
    encodeImageRecord(time, 'samples', { width: 300, height: 20, channels: 3, png }),
  );
  const value = readMessage(readMessage(event!.get(5)![0] as Uint8Array).get(1)![0] as Uint8Array);
  const image = readMessage(value.get(4)![0] as Uint8Array);
  expect([image.get(1), image.get(2), image.get(3)]).toEqual([[20], [300], [3]]);
  expect(image.get(4)![0]).toEqual(png);
});

test('a flipped bit anywhere in a record is found', () => {
  const good = encodeScalarsRecord(time, { loss: 1 });
  for (let bit = 0; bit < good.length * 8; bit += 1) {
    const bad = good.slice();
    bad[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => readRecords(bad)).toThrow();
  }
});
