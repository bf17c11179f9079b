import { TintypeError } from '@tintype/backend';
import {
  byteLengthOf,
  isSafetensorsDtype,
  type SafetensorsDtype,
  safetensorsLimits,
  tensorNameProblem,
} from './safetensors-dtype.ts';
import { createHeaderReader, type HeaderReader } from './safetensors-json.ts';

/** Where a tensor lies: bytes `begin` to `end` of the data, which starts at `dataStart` of the file. */
export interface SafetensorsSpan {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, SafetensorsSpan>;
  /** The free text pairs under `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly dataStart: number;
}

/**
 * Reads and checks the header of a safetensors file: the data must be covered by the tensors exactly once.
 * @param bytes The whole file.
 * @throws TintypeError `E_SAFETENSORS` for anything else
 */
export function parseSafetensorsHeader(bytes: Uint8Array, where = 'safetensors'): SafetensorsHeader {
  const fail: Fail = (what, got, expected) => {
    throw new TintypeError('E_SAFETENSORS', {
      where,
      what,
      got,
      expected,
      remedy: 'The file is damaged or not a safetensors file',
    });
  };
  const dataStart = 8 + headerLength(bytes, fail);
  const header = bytes.subarray(8, dataStart);
  if (header[0] !== 0x7b) fail('the header does not start with {');
  const { tensors, metadata } = readHeader(createHeaderReader(header, fail), fail);
  assertCovered(tensors, bytes.length - dataStart, fail);
  return { tensors, metadata, dataStart };
}

type Fail = (what: string, got?: unknown, expected?: unknown) => never;

function headerLength(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < 8)
    fail('the file is shorter than its length field', `${bytes.length} bytes`, 'at least 8');
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  if (length === 0) fail('the header is empty');
  if (length > safetensorsLimits.headerBytes) {
    fail('the header is too long', `${length} bytes`, `at most ${safetensorsLimits.headerBytes}`);
  }
  if (length > bytes.length - 8) {
    fail('the header is longer than the file', `${length} bytes`, `at most ${bytes.length - 8}`);
  }
  return length;
}

function readHeader(reader: HeaderReader, fail: Fail) {
  const tensors = new Map<string, SafetensorsSpan>();
  let metadata: Map<string, string> | undefined;
  readMembers(reader, safetensorsLimits.nameLength, (name) => {
    if (name === '__metadata__') {
      if (metadata !== undefined) fail('__metadata__ stands twice in the header');
      metadata = readMetadata(reader, fail);
      return;
    }
    const problem = tensorNameProblem(name);
    if (problem !== undefined) fail(problem, JSON.stringify(name).slice(0, 80));
    if (tensors.has(name)) fail('a tensor stands twice in the header', name);
    if (tensors.size === safetensorsLimits.tensors)
      fail(`there are more than ${safetensorsLimits.tensors} tensors`);
    tensors.set(name, readSpan(reader, name, fail));
  });
  reader.end();
  return { tensors, metadata: metadata ?? new Map<string, string>() };
}

/** Walks `{ "key": value, … }`; `onKey` reads the value. */
function readMembers(reader: HeaderReader, maxKeyLength: number, onKey: (key: string) => void): void {
  reader.expect('{');
  if (reader.take('}')) return;
  do {
    const key = reader.string(maxKeyLength);
    reader.expect(':');
    onKey(key);
  } while (reader.take(','));
  reader.expect('}');
}

function readMetadata(reader: HeaderReader, fail: Fail): Map<string, string> {
  const metadata = new Map<string, string>();
  readMembers(reader, safetensorsLimits.nameLength, (key) => {
    if (metadata.has(key)) fail('a key stands twice in __metadata__', key);
    metadata.set(key, reader.string(safetensorsLimits.textLength));
  });
  return metadata;
}

function readSpan(reader: HeaderReader, name: string, fail: Fail): SafetensorsSpan {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  readMembers(reader, safetensorsLimits.nameLength, (key) => {
    if (key === 'dtype' && dtype === undefined) dtype = reader.string(16);
    else if (key === 'shape' && shape === undefined)
      shape = readIntegers(reader, safetensorsLimits.rank, fail);
    else if (key === 'data_offsets' && offsets === undefined) offsets = readIntegers(reader, 2, fail);
    else fail(`tensor ${name} has a field twice or of another name`, key, 'dtype, shape, data_offsets');
  });
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    return fail(`tensor ${name} lacks dtype, shape or data_offsets`);
  }
  if (!isSafetensorsDtype(dtype)) return fail(`tensor ${name} has an unknown element type`, dtype);
  const [begin, end] = offsets as [number, number];
  const length = byteLengthOf(dtype, shape);
  if (length === undefined) fail(`the size of tensor ${name} overflows`, `[${shape.join(', ')}]`);
  if (end - begin !== length) {
    fail(`the bytes of tensor ${name} do not fit its shape`, `${end - begin} bytes`, `${length}`);
  }
  return { dtype, shape, begin, end };
}

function readIntegers(reader: HeaderReader, maxCount: number, fail: Fail): number[] {
  const values: number[] = [];
  reader.expect('[');
  if (reader.take(']')) return values;
  do {
    if (values.length === maxCount) fail(`a list of the header has more than ${maxCount} numbers`);
    values.push(reader.integer());
  } while (reader.take(','));
  reader.expect(']');
  return values;
}

/** Every byte of the data belongs to exactly one tensor: no hole, no overlap, nothing cut off, nothing over. */
function assertCovered(tensors: ReadonlyMap<string, SafetensorsSpan>, dataLength: number, fail: Fail): void {
  const ordered = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const [name, { begin, end }] of ordered) {
    if (begin < covered) fail(`tensor ${name} overlaps the one before it`, begin, covered);
    if (begin > covered) fail(`there is a hole before tensor ${name}`, begin, covered);
    covered = end;
  }
  if (covered > dataLength) fail('the data is cut off', `${dataLength} bytes`, `${covered}`);
  if (covered < dataLength)
    fail('there are bytes after the last tensor', `${dataLength} bytes`, `${covered}`);
}
