import { TintypeError, threefry2x32 } from '@tintype/backend';

/** A Threefry2x32 key: two words, 0 … 2³² − 1 each. */
export type StreamKey = readonly [number, number];

// Draws use counter blocks below 2⁵², whose high word stays below 2²⁰. Derivation uses blocks above.
const indexDomain = 0xc0000000;
const nameDomain = 0xa0000000;
const textSeedKey: StreamKey = [0x7469_6e74, 0x7479_7065];

/**
 * The key of a seed: the 64 bits of a whole number, or a hash of a string (its UTF-8 bytes through Threefry).
 * 5 and 5n are one seed, '5' is another.
 * @throws TintypeError E_SEED for −0, NaN, fractions, negative numbers, numbers above 2⁵³ − 1 and bigints above 2⁶⁴ − 1.
 */
export function keyOfSeed(seed: number | bigint | string): StreamKey {
  if (typeof seed === 'string') return deriveByName(textSeedKey, seed);
  if (typeof seed === 'bigint' && seed >= 0n && seed < 2n ** 64n) {
    return [Number(seed & 0xffffffffn), Number(seed >> 32n)];
  }
  if (typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0 && !Object.is(seed, -0)) {
    return [seed >>> 0, Math.floor(seed / 2 ** 32)];
  }
  throw new TintypeError('E_SEED', {
    where: 'createRandomStream',
    what: 'the seed cannot be used',
    got: Object.is(seed, -0) ? '-0' : `${String(seed)} (${typeof seed})`,
    expected: 'a whole number 0 … 2^53 − 1, a bigint 0n … 2n ** 64n − 1n, or a string',
  });
}

/** @throws TintypeError E_SEED unless the index is a whole number 0 … 2⁵³ − 1. */
export function deriveByIndex([key0, key1]: StreamKey, index: number): StreamKey {
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new TintypeError('E_SEED', {
      where: 'RandomStream.fork',
      what: 'an index must be a whole number 0 … 2^53 − 1',
      got: index,
    });
  }
  return encipher(key0, key1, index >>> 0, (indexDomain | Math.floor(index / 2 ** 32)) >>> 0);
}

/** Length first, then eight bytes at a time: no name's chain is the beginning of another's. */
export function deriveByName([key0, key1]: StreamKey, name: string): StreamKey {
  const bytes = new TextEncoder().encode(name);
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  padded.set(bytes);
  const words = new DataView(padded.buffer);
  let key = encipher(key0, key1, bytes.length, nameDomain);
  for (let at = 0; at < padded.length; at += 8) {
    key = encipher(key[0], key[1], words.getUint32(at, true), words.getUint32(at + 4, true));
  }
  return key;
}

const block = new Int32Array(2);

function encipher(key0: number, key1: number, word0: number, word1: number): StreamKey {
  threefry2x32(key0, key1, word0, word1, block);
  return [block[0]! >>> 0, block[1]! >>> 0];
}
