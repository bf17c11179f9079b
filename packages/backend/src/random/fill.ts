import { boxMuller } from './box-muller.ts';
import { threefry2x32 } from './threefry.ts';

/** What to draw: a row of `count` words from word `counter` on, for each key. */
export interface RandomDraw {
  /** Two words a row. */
  readonly keys: Uint32Array;
  /** Index of the first word, 0 … 2⁵³ − 1. */
  readonly counter: number;
  /** Words a row. */
  readonly count: number;
}

/** Receives the two words of one block; `from` and `to` are 0 or 1 where the row starts or ends inside it. */
type BlockWriter = (block: Int32Array, at: number, first: number, last: number) => void;

const block = new Int32Array(2);
const pair = new Float32Array(2);

/** Uniform 32-bit words. */
export function fillBits(out: Int32Array, draw: RandomDraw): void {
  forEachBlock(draw, (words, at, first, last) => {
    if (first === 0) out[at] = words[0] as number;
    if (last === 1) out[at + 1 - first] = words[1] as number;
  });
}

/** float32 in [0, 1): (bits >>> 8)·2⁻²⁴. */
export function fillUniforms(out: Float32Array, draw: RandomDraw): void {
  forEachBlock(draw, (words, at, first, last) => {
    if (first === 0) out[at] = ((words[0] as number) >>> 8) * 2 ** -24;
    if (last === 1) out[at + 1 - first] = ((words[1] as number) >>> 8) * 2 ** -24;
  });
}

/** float32 N(0, 1); words 2m and 2m + 1 give normals 2m and 2m + 1. */
export function fillNormals(out: Float32Array, draw: RandomDraw): void {
  forEachBlock(draw, (words, at, first, last) => {
    boxMuller(words[0] as number, words[1] as number, pair);
    if (first === 0) out[at] = pair[0] as number;
    if (last === 1) out[at + 1 - first] = pair[1] as number;
  });
}

function forEachBlock({ keys, counter, count }: RandomDraw, write: BlockWriter): void {
  if (count === 0) return;
  const firstBlock = Math.floor(counter / 2);
  const end = counter + count;
  const blocks = Math.ceil(end / 2) - firstBlock;
  const firstLane = counter % 2;
  const lastLane = 1 - (end % 2);
  for (let row = 0; row * 2 < keys.length; row++) {
    const key0 = (keys[row * 2] as number) | 0;
    const key1 = (keys[row * 2 + 1] as number) | 0;
    let low = firstBlock | 0;
    let high = Math.floor(firstBlock / 2 ** 32);
    let at = row * count;
    for (let b = 0; b < blocks; b++) {
      threefry2x32(key0, key1, low, high, block);
      const first = b === 0 ? firstLane : 0;
      write(block, at, first, b === blocks - 1 ? lastLane : 1);
      at += 2 - first;
      low = (low + 1) | 0;
      if (low === 0) high++;
    }
  }
}
