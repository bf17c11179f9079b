import { TintypeError } from '@tintype/backend';
import {
  byteLengthOf,
  dtypeRank,
  type SafetensorsEntry,
  safetensorsLimits,
  tensorNameProblem,
} from './safetensors-dtype.ts';

/** Units that the fields of one tensor take, at most. */
const fieldsLength = 32;

/**
 * Writes a safetensors file. Equal content gives equal bytes, the same as the Python library's: tensors by
 * alignment (largest first), then by name; the header padded with spaces to a multiple of 8.
 * @throws TintypeError `E_SAFETENSORS` for what `decodeSafetensors` would refuse
 */
export function encodeSafetensors(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  if (entries.size > safetensorsLimits.tensors)
    refuse(`there are more than ${safetensorsLimits.tensors} tensors`);
  for (const [name, entry] of entries) assertWritable(name, entry);
  const ordered = [...entries].sort(
    ([aName, a], [bName, b]) => dtypeRank(b.dtype) - dtypeRank(a.dtype) || (aName < bName ? -1 : 1),
  );
  const header = encodeHeader(ordered, metadata);
  const dataLength = ordered.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  const file = new Uint8Array(8 + header.length + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const [, { data }] of ordered) {
    file.set(data, at);
    at += data.byteLength;
  }
  return file;
}

function assertWritable(name: string, { dtype, shape, data }: SafetensorsEntry): void {
  const problem =
    name === '__metadata__' ? '__metadata__ is not allowed as a tensor name' : tensorNameProblem(name);
  if (problem !== undefined) refuse(problem, JSON.stringify(name).slice(0, 80));
  if (shape.length > safetensorsLimits.rank) refuse(`tensor ${name} has too many axes`, shape.length);
  if (byteLengthOf(dtype, shape) !== data.byteLength) {
    refuse(`the bytes of tensor ${name} do not fit its shape`, data.byteLength, byteLengthOf(dtype, shape));
  }
}

function encodeHeader(
  ordered: readonly (readonly [string, SafetensorsEntry])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const members: string[] = [];
  const pairs = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = [...pairs.flat(), ...ordered.map(([name]) => name)];
  const length = texts.reduce((sum, text) => sum + text.length, fieldsLength * ordered.length);
  if (length > safetensorsLimits.textLength) refuse('the names and metadata are too long', length);
  if (pairs.length > 0) {
    members.push(
      `"__metadata__":{${pairs.map((pair) => pair.map((text) => JSON.stringify(text)).join(':')).join(',')}}`,
    );
  }
  let at = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    const span = JSON.stringify({ dtype, shape, data_offsets: [at, at + data.byteLength] });
    members.push(`${JSON.stringify(name)}:${span}`);
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  if (padded.length > safetensorsLimits.headerBytes) refuse('the header is too long', padded.length);
  return padded;
}

function refuse(what: string, got?: unknown, expected?: unknown): never {
  throw new TintypeError('E_SAFETENSORS', { where: 'encodeSafetensors', what, got, expected });
}
