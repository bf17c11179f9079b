import { threefry2x32 } from '@tintype/backend';
import type { StreamKey } from './stream-key.ts';

/** The words of a stream on the host, one after the other. */
export interface RandomWords {
  /** Index of the next word. */
  readonly counter: number;
  /** 0 … 2³² − 1. */
  next(): number;
  /** 0 … n − 1 without bias, n ≤ 2³²: words beyond the largest multiple of n are drawn again. */
  below(n: number): number;
  /** 0 … n − 1 from two words, always two: ⌊n·u⌋ with 53-bit u, so no value is off by more than n·2⁻⁵³. */
  belowByTwo(n: number): number;
}

export function createRandomWords([key0, key1]: StreamKey, firstCounter: number): RandomWords {
  const block = new Int32Array(2);
  let held = -1;
  let counter = firstCounter;

  function next(): number {
    const index = Math.floor(counter / 2);
    if (index !== held) {
      threefry2x32(key0, key1, index | 0, Math.floor(index / 2 ** 32), block);
      held = index;
    }
    const word = block[counter % 2]! >>> 0;
    counter++;
    return word;
  }

  return {
    get counter() {
      return counter;
    },
    next,
    below(n) {
      const limit = 2 ** 32 - (2 ** 32 % n);
      let word = next();
      while (word >= limit) word = next();
      return word % n;
    },
    belowByTwo(n) {
      const high = next();
      const low = next();
      return Math.floor((high * 2 ** 21 + (low >>> 11)) * 2 ** -53 * n);
    },
  };
}
