import { expect, test } from 'vitest';
import { threefry2x32, threefryParity, threefryRotations } from './threefry.ts';

type Pair = readonly [number, number];

// The known-answer vectors of the Random123 library for threefry2x32, 20 rounds: counter, key, answer.
const vectors: readonly (readonly [Pair, Pair, Pair])[] = [
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x243f6a88, 0x85a308d3],
    [0x13198a2e, 0x03707344],
    [0xc4923a9c, 0x483df7a0],
  ],
];

function encipher(key: Pair, counter: Pair): number[] {
  const out = new Int32Array(2);
  threefry2x32(key[0], key[1], counter[0], counter[1], out);
  return Array.from(out, (word) => word >>> 0);
}

/** The definition as a loop over the tables, to change one constant at a time. */
function encipherWith(rotations: readonly number[], parity: number, key: Pair, counter: Pair): number[] {
  const schedule = [key[0], key[1], parity ^ key[0] ^ key[1]];
  let x0 = (counter[0] + key[0]) | 0;
  let x1 = (counter[1] + key[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const distance = rotations[round % 8]!;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << distance) | (x1 >>> (32 - distance))) ^ x0;
    if (round % 4 < 3) continue;
    const injection = (round + 1) / 4;
    x0 = (x0 + schedule[injection % 3]!) | 0;
    x1 = (x1 + schedule[(injection + 1) % 3]! + injection) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

test.each(vectors)('counter %j under key %j gives the published %j', (counter, key, answer) => {
  expect(encipher(key, counter)).toEqual(answer);
  expect(encipherWith(threefryRotations, threefryParity, key, counter)).toEqual(answer);
});

test('one changed constant breaks every vector', () => {
  const changes = threefryRotations.map((_, at) => threefryRotations.map((r, i) => (i === at ? r + 1 : r)));
  for (const [counter, key, answer] of vectors) {
    for (const rotations of changes) {
      expect(encipherWith(rotations, threefryParity, key, counter)).not.toEqual(answer);
    }
    expect(encipherWith(threefryRotations, threefryParity ^ 1, key, counter)).not.toEqual(answer);
  }
});

test('signed and unsigned words mean the same', () => {
  expect(encipher([-1, -1], [-1, -1])).toEqual(encipher([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff]));
});
