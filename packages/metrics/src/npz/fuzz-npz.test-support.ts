import { TintypeError } from '@tintype/core-tensor';
import type { FeatureStatistics } from '../statistics/feature-statistics.ts';
import { buildZip } from './build-zip.test-support.ts';
import { encodeNpy } from './encode-npy.ts';

export type StatisticsReader = (bytes: Uint8Array) => FeatureStatistics;

export interface FuzzReport {
  readonly accepted: number;
  readonly refused: number;
  /** Slowest case; one that was slow is measured again, so that a busy machine does not count. */
  readonly slowestMs: number;
}

const mean = Float64Array.of(1.5, -2);
const covariance = Float64Array.of(2, 0.5, 0.5, 1);

/**
 * Feeds mutated archives to a reader. Throws where it fails with anything but `E_DATA` or `E_SHAPE`, or gives what the
 * archive does not hold: bytes changed behind the checksums may not change what is read, and what is read of changed
 * arrays (with right checksums) must be a mean and a covariance of finite numbers.
 */
export function fuzzNpz(read: StatisticsReader, cases: number, seed: number): FuzzReport {
  const random = createXorshift(seed);
  let accepted = 0;
  let slowestMs = 0;
  for (let index = 0; index < cases; index++) {
    const isRaw = random(2) === 0;
    const file = isRaw ? mutatedBytes(random) : mutatedArrays(random);
    const before = performance.now();
    if (isAccepted(read, file, isRaw)) accepted++;
    let ms = performance.now() - before;
    for (let again = 0; ms > 20 && again < 3; again++) {
      const from = performance.now();
      isAccepted(read, file, isRaw);
      ms = Math.min(ms, performance.now() - from);
    }
    slowestMs = Math.max(slowestMs, ms);
  }
  return { accepted, refused: cases - accepted, slowestMs };
}

function isAccepted(read: StatisticsReader, file: Uint8Array, isRaw: boolean): boolean {
  let result: FeatureStatistics;
  try {
    result = read(file);
  } catch (error) {
    if (error instanceof TintypeError && ['E_DATA', 'E_SHAPE'].includes(error.code)) return false;
    throw new Error(`untyped error for ${Buffer.from(file).toString('base64')}`, { cause: error });
  }
  if ('polluted' in {}) throw new Error('prototype polluted');
  const { length } = result.mean;
  const isRight = isRaw
    ? isEqual(result.mean, mean) && isEqual(result.covariance, covariance)
    : length > 0 && result.covariance.length === length ** 2 && result.covariance.every(Number.isFinite);
  if (!isRight) throw new Error(`read wrong: ${Buffer.from(file).toString('base64')}`);
  return true;
}

const isEqual = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

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

const arrays = { mu: encodeNpy(mean, [2]), sigma: encodeNpy(covariance, [2, 2]) };
const bases = [true, false].map((isDeflated) =>
  buildZip(Object.entries(arrays).map(([name, content]) => ({ name: `${name}.npy`, content, isDeflated }))),
);
const interesting = [0, 1, 2, 7, 8, 20, 26, 80, 75, 127, 128, 254, 255];

/** A right archive with a few bytes changed, mostly in headers, now and then cut or longer. */
function mutatedBytes(random: Random): Uint8Array {
  const base = bases[random(8) === 0 ? 0 : 1]!;
  const cut = random(8);
  const length = cut === 0 ? random(base.length + 1) : cut === 1 ? base.length + 1 + random(20) : base.length;
  const bytes = new Uint8Array(length);
  bytes.set(base.subarray(0, length));
  for (let change = random(4); change > 0 && length > 0; change--) {
    const place = random(2) === 0 ? random(length) : Math.max(0, length - 1 - random(160));
    bytes[place] = random(2) === 0 ? interesting[random(interesting.length)]! : random(256);
  }
  return bytes;
}

const hostileTokens = [
  ...[
    "'<f8'",
    "'>f8'",
    "'<f4'",
    "'|O'",
    "'<i8'",
    "'|u1'",
    "'<U2'",
    "[('x', '<f8')]",
    'True',
    'False',
    'None',
  ],
  ...[
    '(2,)',
    '(2, 2)',
    '(4,)',
    '(1, 4)',
    '()',
    '(0,)',
    '(-1,)',
    '(2L,)',
    '(1e3,)',
    '(99999999999999999999,)',
  ],
  ...["'descr'", "'fortran_order'", "'shape'", "'__proto__'", ': ', ', ', '{', '}', '((((', '\0', '#', "'"],
];

/** Arrays with changed headers or values, in an archive whose sizes and checksums are right. */
function mutatedArrays(random: Random): Uint8Array {
  const isDeflated = random(16) === 0;
  const files = Object.entries(arrays).map(([name, content]) => ({
    name: random(64) === 0 ? '__proto__' : `${name}.npy`,
    content: random(2) === 0 ? content : mutatedArray(content, random),
    isDeflated,
  }));
  return buildZip(random(32) === 0 ? [...files, ...files] : files);
}

function mutatedArray(array: Uint8Array, random: Random): Uint8Array {
  const headerLength = array[8]! + 256 * array[9]!;
  const tokens = (String.fromCharCode(...array.subarray(10, 10 + headerLength)).trimEnd() ?? '').match(
    /'[^']*'|\([^)]*\)|\w+|[{}:,]\s?|\s/g,
  )!;
  for (let edit = random(3); edit > 0; edit--) {
    const token = hostileTokens[random(hostileTokens.length)]!;
    tokens.splice(random(tokens.length), random(3), ...(random(4) === 0 ? [] : [token]));
  }
  const header = new TextEncoder().encode(`${tokens.join('')}\n`);
  const values = array.subarray(
    10 + headerLength,
    random(16) === 0 ? 10 + headerLength + random(40) : undefined,
  );
  const bytes = new Uint8Array(10 + header.length + values.length);
  bytes.set(array.subarray(0, 8));
  bytes.set([header.length & 0xff, header.length >> 8], 8);
  bytes.set(header, 10);
  bytes.set(values, 10 + header.length);
  for (let flip = random(8) === 0 ? 1 + random(3) : 0; flip > 0; flip--) {
    bytes[random(bytes.length)]! ^= 1 << random(8);
  }
  return bytes;
}
