import type { tf } from '@tintype/backend';
import { streamAt } from './create-random-stream.ts';
import type { RandomStream } from './random-stream.ts';

/** Rows [first, first + count) of a batch of `total`. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
  readonly total: number;
}

/**
 * What a slice of a batch sees of a stream: a draw of `count` rows gives rows `first …` of the draw that the whole batch
 * would make, bit for bit on cpu and wasm, without drawing the others. Draws of another first length, and rows by index, are
 * the same for every slice. So noise and dropout masks do not depend on how a batch is split.
 */
export function rowsOfStream(stream: RandomStream, rows: RowRange): RandomStream {
  const { first, count, total } = rows;
  if (count === total) return stream;
  let counter = stream.counter;

  /** Reads this slice's words, and moves on by those of the whole batch. */
  function draw<T>(shape: readonly number[], wordsPerValue: number, take: (at: RandomStream) => T): T {
    const rowWords = shape.slice(1).reduce((product, side) => product * side, wordsPerValue);
    const isBatch = shape[0] === count;
    const values = take(streamAt(stream.key, counter + (isBatch ? first * rowWords : 0)));
    counter += rowWords * (isBatch ? total : (shape[0] ?? 1));
    return values;
  }

  return {
    key: stream.key,
    get counter() {
      return counter;
    },
    fork: (name) => rowsOfStream(stream.fork(name), rows),
    uniform: <R extends tf.Rank>(shape: tf.ShapeMap[R], minimum?: number, maximum?: number) =>
      draw(shape, 1, (at) => at.uniform<R>(shape, minimum, maximum)),
    normal: <R extends tf.Rank>(shape: tf.ShapeMap[R], mean?: number, deviation?: number) =>
      draw(shape, 1, (at) => at.normal<R>(shape, mean, deviation)),
    integers: <R extends tf.Rank>(shape: tf.ShapeMap[R], low: number, high: number) =>
      draw(shape, 2, (at) => at.integers<R>(shape, low, high)),
    permutation(n) {
      const at = streamAt(stream.key, counter);
      const order = at.permutation(n);
      counter = at.counter;
      return order;
    },
    normalRows: (firstIndex, rowCount, shape) => stream.normalRows(firstIndex, rowCount, shape),
  };
}
