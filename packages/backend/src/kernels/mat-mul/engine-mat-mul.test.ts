import { expect, test } from 'vitest';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { tf } from '../../tf.ts';
import type { WasmBackend } from '../wasm-backend.ts';
import { type HostProduct, hostMatMul } from './host-mat-mul.test-support.ts';
import { multiply } from './product.ts';

const sizes: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [2, 3, 5],
  [6, 8, 4],
  [5, 7, 3],
  [7, 9, 2],
  [13, 17, 515],
  [33, 12, 31],
  [100, 70, 1030],
  [31, 300, 256],
  [3, 1, 1024],
  [1, 64, 40],
];
const transpositions = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

describeOnThreads('matMul on the engine', (engine) => {
  test.each(transpositions)(
    'equals the float64 definition, transposed (%s, %s)',
    (transposeA, transposeB) => {
      for (const [rows, columns, depth] of sizes) {
        const product = { rows, columns, depth, transposeA, transposeB };
        const [a, b] = [values(rows * depth, 1), values(depth * columns, 2)];
        const c = tf.tidy(() => {
          const [ta, tb] = tensors(a, b, product);
          // Twice: the second product takes b from the packed weights.
          const first = tf.matMul(ta, tb, transposeA, transposeB).dataSync();
          expect(tf.matMul(ta, tb, transposeA, transposeB).dataSync()).toEqual(first);
          return first;
        });
        expectProduct(c, a, b, product);
      }
    },
  );

  test.each(transpositions)(
    'batches, of which one factor may repeat, transposed (%s, %s)',
    (transposeA, transposeB) => {
      const [rows, columns, depth] = [7, 10, 5];
      const product = { rows, columns, depth, transposeA, transposeB };
      for (const [batchA, batchB] of [
        [[3], [3]],
        [[3], []],
        [[], [4]],
        [
          [2, 3],
          [2, 3],
        ],
        [
          [2, 3],
          [1, 3],
        ],
        [
          [2, 1],
          [2, 3],
        ],
        [[2, 3], [3]],
        [[0], [0]],
        [[33], [1]],
      ] as const) {
        const [countA, countB] = [batchA, batchB].map((batch) => tf.util.sizeFromShape([...batch]));
        const [a, b] = [values(countA! * rows * depth, 3), values(countB! * depth * columns, 4)];
        const shapeA = transposeA ? [depth, rows] : [rows, depth];
        const shapeB = transposeB ? [columns, depth] : [depth, columns];
        const c = tf.tidy(() =>
          tf.matMul(
            tf.tensor(a, [...batchA, ...shapeA]),
            tf.tensor(b, [...batchB, ...shapeB]),
            transposeA,
            transposeB,
          ),
        );
        const batch = tf.backend_util.assertAndGetBroadcastShape([...batchA], [...batchB]);
        expect(c.shape).toEqual([...batch, rows, columns]);
        const indexA = tf.tidy(() => broadcastIndex([...batchA], batch));
        const indexB = tf.tidy(() => broadcastIndex([...batchB], batch));
        const got = c.dataSync();
        indexA.forEach((which, i) => {
          expectProduct(
            got.subarray(i * rows * columns, (i + 1) * rows * columns),
            a.subarray(which * rows * depth, (which + 1) * rows * depth),
            b.subarray(indexB[i]! * depth * columns, (indexB[i]! + 1) * depth * columns),
            product,
          );
        });
        c.dispose();
      }
    },
  );

  test.each(transpositions)(
    'a row has the same bits in every batch and place, transposed (%s, %s)',
    (transposeA, transposeB) => {
      const [columns, depth] = [19, 531];
      const b = values(depth * columns, 5);
      const row = values(depth, 6);
      let expected: Float32Array | undefined;
      for (let rows = 1; rows <= 33; rows++) {
        for (const place of new Set([0, rows >> 1, rows - 1])) {
          const a = values(rows * depth, 7 + rows);
          for (let k = 0; k < depth; k++) a[transposeA ? k * rows + place : place * depth + k] = row[k]!;
          const c = tf.tidy(() => {
            const [ta, tb] = tensors(a, b, { rows, columns, depth, transposeA, transposeB });
            return tf.matMul(ta, tb, transposeA, transposeB).dataSync() as Float32Array;
          });
          const got = c.slice(place * columns, (place + 1) * columns);
          expected ??= got;
          expect(got).toEqual(expected);
        }
      }
    },
  );

  test('a depth of 0 gives zeros, or the bias; no rows give nothing', () => {
    tf.tidy(() => {
      expect([...tf.matMul(tf.zeros([3, 0]), tf.zeros([0, 2])).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
      const bias = tf.tensor1d([1, -2]);
      const biased = tf.fused.matMul({ a: tf.zeros([3, 0]), b: tf.zeros([0, 2]), bias });
      expect([...biased.dataSync()]).toEqual([1, -2, 1, -2, 1, -2]);
      expect(tf.matMul(tf.zeros([0, 3]), tf.zeros([3, 2])).shape).toEqual([0, 2]);
      expect(tf.matMul(tf.zeros([2, 3]), tf.zeros([3, 0])).shape).toEqual([2, 0]);
    });
  });

  test('bias and activation are fused', () => {
    tf.tidy(() => {
      const [a, b] = [tf.tensor2d(values(7 * 5, 1), [7, 5]), tf.tensor2d(values(5 * 11, 2), [5, 11])];
      const bias = tf.tensor1d(values(11, 3));
      for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const) {
        const fused = tf.fused.matMul({ a, b, bias, activation, leakyreluAlpha: 0.1 }).dataSync();
        const sum = tf.add(tf.matMul(a, b), bias);
        const plain = {
          linear: () => sum,
          relu: () => tf.relu(sum),
          relu6: () => tf.relu6(sum),
          elu: () => tf.elu(sum),
          sigmoid: () => tf.sigmoid(sum),
          leakyrelu: () => tf.leakyRelu(sum, 0.1),
        }[activation]();
        for (const [i, value] of plain.dataSync().entries()) expect(fused[i]).toBeCloseTo(value, 5);
      }
    });
  });

  test('NaN and infinity reach exactly the elements that they enter', () => {
    const [rows, columns, depth] = [8, 9, 3];
    const a = values(rows * depth, 1);
    const b = values(depth * columns, 2);
    a[2 * depth] = Number.NaN;
    b[8] = Number.POSITIVE_INFINITY;
    const c = tf.tidy(() =>
      tf.matMul(tf.tensor2d(a, [rows, depth]), tf.tensor2d(b, [depth, columns])).dataSync(),
    );
    c.forEach((value, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      if (row === 2) expect(value).toBeNaN();
      else if (column === 8) expect(Math.abs(value)).toBe(Number.POSITIVE_INFINITY);
      else expect(value).toBeLessThan(10);
    });
  });

  test('stays right when the heap grows in the middle', () => {
    const size = 700;
    const [a, b] = [values(size * size, 1), values(size * size, 2)];
    const backend = tf.backend() as unknown as WasmBackend;
    const held: tf.Tensor[] = [];
    const before = backend.wasm.HEAPU8.byteLength;
    while (backend.wasm.HEAPU8.byteLength === before) {
      const product = { rows: size, columns: size, depth: size };
      const [ta, tb] = tensors(a, b, product);
      const c = tf.matMul(ta, tb);
      held.push(ta, tb, c);
      const [row, column] = [held.length % size, (7 * held.length) % size];
      let expected = 0;
      for (let k = 0; k < size; k++) expected += a[row * size + k]! * b[k * size + column]!;
      expect(c.dataSync()[row * size + column]).toBeCloseTo(expected, 3);
    }
    tf.dispose(held);
  });

  test('the control: a product of which nothing is written is not met', () => {
    const product = { rows: 4, columns: 4, depth: 4 };
    const [a, b] = [values(16, 1), values(16, 2)];
    const c = engine.allocate(64);
    const heap = () => new Float32Array((tf.backend() as unknown as WasmBackend).wasm.HEAPU8.buffer, c, 16);
    heap().fill(Number.NaN);
    multiply(engine, {
      ...product,
      matrices: 0,
      a: c,
      b: { plain: c },
      c,
      isATransposed: false,
      isAShared: true,
      isBShared: true,
    });
    expect(() => expectProduct(heap(), a, b, product)).toThrow();
    engine.free(c);
  });
});

function tensors(
  a: Float32Array,
  b: Float32Array,
  { rows, columns, depth, transposeA, transposeB }: HostProduct,
) {
  return [
    tf.tensor2d(a, transposeA ? [depth, rows] : [rows, depth]),
    tf.tensor2d(b, transposeB ? [columns, depth] : [depth, columns]),
  ] as const;
}

function expectProduct(got: ArrayLike<number>, a: Float32Array, b: Float32Array, product: HostProduct): void {
  const expected = hostMatMul(a, b, product);
  let worst = 0;
  expected.product.forEach((value, i) => {
    const error = Math.abs(got[i]! - value) / (expected.scale[i]! || 1);
    if (!(error <= worst)) worst = error;
  });
  expect(worst).toBeLessThan(1e-6);
}

/** For each matrix of `whole`, the number of the matrix of `part` that it takes. */
function broadcastIndex(part: number[], whole: number[]): number[] {
  const count = tf.util.sizeFromShape(part);
  const numbers = tf.reshape(tf.range(0, count, 1, 'float32'), part.length === 0 ? [1] : part);
  return [...tf.add(numbers, tf.zeros(whole)).dataSync()];
}

function values(count: number, seed: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => (((i + 1) * (7919 + 1009 * seed)) % 2003) / 1001.5 - 1,
  );
}
