import { maskedCrc32c } from './crc32c.ts';
import { bytesField, concatBytes, doubleField, floatField, integerField } from './protobuf.ts';

/**
 * Records of TensorBoard's event files (`events.out.tfevents.*`): protocol-buffer `Event` messages in TFRecord framing,
 * length and content each with its masked CRC-32C. A file is the version record followed by any others.
 * Source: tensorflow/core/util/event.proto, summary.proto and lib/io/record_writer.cc.
 */
export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
}

export interface EventImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** The file as it is. */
  readonly png: Uint8Array;
}

/** The first record of every file. */
export function encodeVersionRecord(wallTime: number): Uint8Array {
  return frame(concatBytes([doubleField(1, wallTime), bytesField(3, 'brain.Event:2')]));
}

/** Scalars of one step by tag, in one record. */
export function encodeScalarsRecord(time: EventTime, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    bytesField(1, concatBytes([bytesField(1, tag), floatField(2, value)])),
  );
  return summaryRecord(time, values);
}

/** One picture of one step. */
export function encodeImageRecord(time: EventTime, tag: string, image: EventImage): Uint8Array {
  const { width, height, channels, png } = image;
  const message = [
    integerField(1, height),
    integerField(2, width),
    integerField(3, channels),
    bytesField(4, png),
  ];
  return summaryRecord(time, [
    bytesField(1, concatBytes([bytesField(1, tag), bytesField(4, concatBytes(message))])),
  ]);
}

function summaryRecord({ wallTime, step }: EventTime, values: readonly Uint8Array[]): Uint8Array {
  return frame(
    concatBytes([doubleField(1, wallTime), integerField(2, step), bytesField(5, concatBytes(values))]),
  );
}

/** uint64 length, its checksum, the content, its checksum; all little-endian. */
function frame(content: Uint8Array): Uint8Array {
  const record = new Uint8Array(content.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(content, 12);
  view.setUint32(12 + content.length, maskedCrc32c(content), true);
  return record;
}
