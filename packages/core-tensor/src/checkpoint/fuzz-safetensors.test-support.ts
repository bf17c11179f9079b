import { TintypeError } from '@tintype/backend';
import type { SafetensorsEntry } from './safetensors-dtype.ts';

export type Reader = (bytes: Uint8Array) => ReadonlyMap<string, SafetensorsEntry>;

export interface FuzzReport {
  readonly accepted: number;
  readonly refused: number;
  /** Slowest case; one that was slow is measured again, so that a busy machine does not count. */
  readonly slowestMs: number;
  readonly casesPerSecond: number;
}

/** Feeds mutated files to a reader. Throws where it fails with anything but `E_SAFETENSORS` or reads them wrong. */
export function fuzzSafetensors(read: Reader, cases: number, seed: number): FuzzReport {
  const random = createXorshift(seed);
  const start = performance.now();
  let accepted = 0;
  let slowestMs = 0;
  for (let index = 0; index < cases; index += 1) {
    const file = mutatedFile(random);
    const before = performance.now();
    if (isAccepted(read, file)) accepted += 1;
    let ms = performance.now() - before;
    for (let again = 0; ms > 20 && again < 3; again += 1) {
      const from = performance.now();
      isAccepted(read, file);
      ms = Math.min(ms, performance.now() - from);
    }
    slowestMs = Math.max(slowestMs, ms);
  }
  const casesPerSecond = cases / ((performance.now() - start) / 1000);
  return { accepted, refused: cases - accepted, slowestMs, casesPerSecond };
}

function isAccepted(read: Reader, file: Uint8Array): boolean {
  let entries: ReadonlyMap<string, SafetensorsEntry> | undefined;
  try {
    entries = read(file);
  } catch (error) {
    if (!(error instanceof TintypeError) || error.code !== 'E_SAFETENSORS') {
      throw new Error(`untyped error for ${describeFile(file)}`, { cause: error });
    }
  }
  if ('polluted' in {}) throw new Error(`prototype polluted by ${describeFile(file)}`);
  if (entries !== undefined) assertReadRight(entries, file);
  return entries !== undefined;
}

/** What was accepted must be what JSON.parse reads, and its bytes must add up to the file. */
function assertReadRight(entries: ReadonlyMap<string, SafetensorsEntry>, file: Uint8Array): void {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const text = new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(8, 8 + length));
  const parsed = new Map<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>(
    Object.entries(JSON.parse(text)),
  );
  parsed.delete('__metadata__');
  let covered = 0;
  let isEqual = parsed.size === entries.size;
  for (const [name, { dtype, shape, data }] of entries) {
    const expected = parsed.get(name);
    isEqual &&= expected !== undefined && expected.dtype === dtype && expected.shape.join() === shape.join();
    isEqual &&= data.byteOffset === file.byteOffset + 8 + length + (expected?.data_offsets[0] ?? 0);
    covered += data.byteLength;
  }
  if (!isEqual || covered !== file.length - 8 - length) throw new Error(`read wrong: ${describeFile(file)}`);
}

function describeFile(file: Uint8Array): string {
  return JSON.stringify(Array.from(file.subarray(0, 400), (byte) => String.fromCharCode(byte)).join(''));
}

type Random = (below: number) => number;

function createXorshift(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const hostileTokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '""',
    ' ',
    '\n',
    '\0',
    '\\',
    '\\"',
    '\\u0000',
    '\\ud800',
    '\uFEFF',
    'é',
  ],
  ...[
    '0',
    '-1',
    '1.5',
    '1e3',
    '1e309',
    '00',
    '9007199254740993',
    '18446744073709551615',
    'null',
    'true',
    'NaN',
  ],
  ...[
    '"__proto__"',
    '"constructor"',
    '"prototype"',
    '"__metadata__"',
    '"../x"',
    '"a"',
    '"b"',
    '"F32"',
    '"F4"',
    '"I64"',
  ],
  ...[
    '"dtype"',
    '"shape"',
    '"data_offsets"',
    '"polluted"',
    '[[[[',
    '{"x":',
    '"dtype":"F32"',
    '[0,8]',
    '[2]',
    '//',
  ],
];

/** A small right file, its header cut into tokens, some of them changed; now and then raw bytes or lengths too. */
function mutatedFile(random: Random): Uint8Array {
  const tokens = headerTokens(random);
  const edits = random(4);
  for (let edit = 0; edit < edits; edit += 1) mutateTokens(tokens, random);
  const header = new TextEncoder().encode(tokens.join('') + ' '.repeat(random(3)));
  const dataLength = 24 + (random(16) === 0 ? random(9) - 4 : 0);
  const file = new Uint8Array(8 + header.length + dataLength);
  const isLying = random(32) === 0;
  const length = isLying ? BigInt(random(2 ** 31)) << BigInt(random(33)) : BigInt(header.length);
  new DataView(file.buffer).setBigUint64(0, length, true);
  file.set(header, 8);
  for (let flip = random(8) === 0 ? 1 + random(3) : 0; flip > 0; flip -= 1) {
    file[random(8 + header.length)]! ^= 1 << random(8);
  }
  return random(64) === 0 ? file.subarray(0, random(file.length + 1)) : file;
}

function headerTokens(random: Random): string[] {
  const spans = [
    '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}',
    '"b":{"dtype":"F16","shape":[2,2],"data_offsets":[8,16]}',
    '"c.weight":{"dtype":"I64","shape":[],"data_offsets":[16,24]}',
    '"empty":{"dtype":"U8","shape":[0,3],"data_offsets":[24,24]}',
    '"__metadata__":{"format":"pt","note":"é \\u00e9"}',
  ];
  const offset = random(spans.length);
  const ordered = spans.map((_, index) => spans[(index + offset) % spans.length]);
  return `{${ordered.join(',')}}`.match(/"(?:[^"\\]|\\.)*"|\d+|[[\]{}:,]|\s+/g) ?? [];
}

function mutateTokens(tokens: string[], random: Random): void {
  const at = random(tokens.length);
  switch (random(6)) {
    case 0:
      tokens.splice(at, 1 + random(3));
      break;
    case 1:
      tokens.splice(at, 0, hostileTokens[random(hostileTokens.length)]!);
      break;
    case 2:
      tokens.splice(at, 0, ...tokens.slice(at, at + 1 + random(12)));
      break;
    case 3:
      tokens.splice(at, 1, tokens[random(tokens.length)]!);
      break;
    case 4:
      tokens.splice(at, 1, String(random(30)));
      break;
    default:
      tokens[at] = hostileTokens[random(hostileTokens.length)]!;
  }
}
