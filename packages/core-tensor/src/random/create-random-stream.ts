import { randomNormal, randomUniform, TintypeError, tf } from '@tintype/backend';
import type { RandomStream } from './random-stream.ts';
import { createRandomWords, type RandomWords } from './random-words.ts';
import { scaleNormal, scaleUniform } from './scale-draws.ts';
import { deriveByIndex, deriveByName, keyOfSeed, type StreamKey } from './stream-key.ts';

/**
 * A stream from a seed. Equal seeds give equal streams, on every backend.
 * @throws TintypeError E_SEED for a seed that is no whole number 0 … 2⁵³ − 1, bigint 0n … 2⁶⁴ − 1 or string;
 *   draws throw E_NO_BACKEND before `selectBackend`.
 */
export function createRandomStream(seed: number | bigint | string): RandomStream {
  return streamAt(keyOfSeed(seed), 0);
}

/** The stream of a key, from one of its words on. */
export function streamAt(key: StreamKey, firstCounter: number): RandomStream {
  const keys = Uint32Array.from(key);
  let counter = firstCounter;

  /** Draws one word a value and moves on. */
  function draw<R extends tf.Rank>(kernel: typeof randomUniform, shape: tf.ShapeMap[R]): tf.Tensor<R> {
    const count = sizeOf(shape);
    const values = kernel({ keys, counter, count }).reshape<tf.Tensor<R>>(shape);
    counter += count;
    return values;
  }

  /** Runs host code on the coming words and moves on by as many as it took. */
  function drawOnHost<T>(take: (words: RandomWords) => T): T {
    const words = createRandomWords(key, counter);
    const result = take(words);
    counter = words.counter;
    return result;
  }

  return {
    key,
    get counter() {
      return counter;
    },
    fork: (name) =>
      streamAt(typeof name === 'string' ? deriveByName(key, name) : deriveByIndex(key, name), 0),
    uniform: (shape, minimum = 0, maximum = 1) => {
      assertRange(minimum, maximum);
      return tf.tidy(() => scaleUniform(draw(randomUniform, shape), minimum, maximum));
    },
    normal: (shape, mean = 0, standardDeviation = 1) =>
      tf.tidy(() => scaleNormal(draw(randomNormal, shape), mean, standardDeviation)),
    integers: <R extends tf.Rank>(shape: tf.ShapeMap[R], low: number, high: number) => {
      assertIntegerRange(low, high);
      const values = drawOnHost((words) =>
        Int32Array.from({ length: sizeOf(shape) }, () => low + words.belowByTwo(high - low)),
      );
      return tf.tensor<R>(values, shape, 'int32');
    },
    permutation: (n) => drawOnHost((words) => permutation(n, words)),
    normalRows: (firstIndex, count, shape) => {
      const rowKeys = new Uint32Array(2 * count);
      for (let row = 0; row < count; row++) rowKeys.set(deriveByIndex(key, firstIndex + row), 2 * row);
      const draws = { keys: rowKeys, counter: 0, count: sizeOf(shape) };
      return tf.tidy(() => randomNormal(draws).reshape([count, ...shape]));
    },
  };
}

function sizeOf(shape: readonly number[]): number {
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.every((length) => Number.isSafeInteger(length) && length >= 0)) return size;
  throw new TintypeError('E_SHAPE', {
    where: 'RandomStream',
    what: 'a shape must consist of whole numbers of at least 0',
    got: [...shape],
  });
}

/** Fisher–Yates from the last place down. */
function permutation(n: number, words: RandomWords): Uint32Array {
  if (!Number.isSafeInteger(n) || n < 0 || n > 2 ** 32) {
    throw new TintypeError('E_SHAPE', {
      where: 'RandomStream.permutation',
      what: 'n must be a whole number 0 … 2^32',
      got: n,
    });
  }
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let last = n - 1; last > 0; last--) {
    const other = words.below(last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}

function assertRange(minimum: number, maximum: number): void {
  if (Number.isFinite(minimum) && Number.isFinite(maximum) && Math.fround(minimum) < maximum) return;
  throw new TintypeError('E_CONFIG', {
    where: 'RandomStream.uniform',
    what: 'minimum must lie below maximum, both finite',
    got: [minimum, maximum],
  });
}

function assertIntegerRange(low: number, high: number): void {
  const isInt32 = (value: number): boolean =>
    Number.isInteger(value) && value >= -(2 ** 31) && value <= 2 ** 31;
  if (isInt32(low) && isInt32(high) && low < high) return;
  throw new TintypeError('E_CONFIG', {
    where: 'RandomStream.integers',
    what: 'low and high must be whole numbers in int32 range with low < high',
    got: [low, high],
  });
}
