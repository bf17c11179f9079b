import { selectBackend, TintypeError, tf } from '@tintype/backend';
import { describeOnBackends, expectAllClose } from '@tintype/backend/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandomStream } from './create-random-stream.ts';

const values = async (x: tf.Tensor): Promise<number[]> => {
  const data = Array.from(await x.data());
  x.dispose();
  return data;
};

describe('seeds', () => {
  test('whole numbers, bigints and strings give keys; 5 and 5n are one seed, "5" is another', () => {
    expect(createRandomStream(5).key).toEqual([5, 0]);
    expect(createRandomStream(5n).key).toEqual([5, 0]);
    expect(createRandomStream(2 ** 40 + 7).key).toEqual([7, 256]);
    expect(createRandomStream(2n ** 64n - 1n).key).toEqual([0xffffffff, 0xffffffff]);
    expect(createRandomStream('5').key).not.toEqual([5, 0]);
    expect(createRandomStream('a').key).not.toEqual(createRandomStream('b').key);
    expect(createRandomStream('').key).not.toEqual(createRandomStream('\0').key);
  });

  test.each([-0, Number.NaN, 1.5, -1, 2 ** 53, Number.POSITIVE_INFINITY, -1n, 2n ** 64n, undefined, null])(
    '%s is refused with E_SEED',
    (seed) => {
      const create = () => createRandomStream(seed as number);
      expect(create).toThrow(TintypeError);
      expect(create).toThrow(expect.objectContaining({ code: 'E_SEED' }));
    },
  );

  test.each([-1, 0.5, 2 ** 53])('fork(%s) is refused with E_SEED', (index) => {
    expect(() => createRandomStream(1).fork(index)).toThrow(expect.objectContaining({ code: 'E_SEED' }));
  });
});

describe('forks', () => {
  beforeAll(async () => {
    await selectBackend({ backend: 'cpu' });
  });

  test('do not depend on what was drawn, and leave the parent as it was', async () => {
    const stream = createRandomStream(3);
    const before = stream.fork('noise').key;
    await values(stream.normal([7]));
    expect(stream.counter).toBe(7);
    expect(stream.fork('noise').key).toEqual(before);
    expect(stream.counter).toBe(7);
  });

  test('by name, by index, in another order and from another parent all differ', () => {
    const root = createRandomStream(3);
    const keys = [
      root.key,
      root.fork('a').key,
      root.fork('b').key,
      root.fork('').key,
      root.fork('a\0').key,
      root.fork('aaaaaaaab').key,
      root.fork('aaaaaaaac').key,
      root.fork('0').key,
      root.fork(0).key,
      root.fork(1).key,
      root.fork(2 ** 32).key,
      root.fork(2 ** 53 - 1).key,
      root.fork('a').fork('b').key,
      root.fork('b').fork('a').key,
      createRandomStream(4).fork('a').key,
    ];
    expect(new Set(keys.map(String)).size).toBe(keys.length);
  });

  test('are uncorrelated with the parent and with each other', async () => {
    const n = 20_000;
    const root = createRandomStream(11);
    const columns = await Promise.all(
      [root, root.fork(0), root.fork(1), root.fork('x')].map((stream) => values(stream.normal([n]))),
    );
    const correlation = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0) / n;
    for (const [i, a] of columns.entries()) {
      expect(correlation(a, a)).toBeCloseTo(1, 1);
      for (const b of columns.slice(i + 1))
        expect(Math.abs(correlation(a, b))).toBeLessThan(4 / Math.sqrt(n));
    }
  });

  // Recorded from an independent program (Python integers), like the values of seed 42 below.
  test('keys are fixed for all versions', () => {
    const root = createRandomStream(42);
    expect(root.fork('init').key).toEqual([1634538291, 3981275410]);
    expect(root.fork(7).key).toEqual([3830638488, 4048865088]);
    expect(createRandomStream('tintype').key).toEqual([1114897523, 904477116]);
  });
});

describeOnBackends('a random stream', (backendName) => {
  test('gives the recorded values of seed 42', async () => {
    const stream = createRandomStream(42);
    expect(await values(stream.uniform([3]))).toEqual([
      0.8690483570098877, 0.3102535009384155, 0.15063238143920898,
    ]);
    await expectAllClose(
      await values(stream.normal([3])),
      [-0.08856143802404404, 0.8966860771179199, 0.7089245319366455],
    );
    expect(await values(stream.integers([4], -2, 1000))).toEqual([248, 622, 261, 872]);
    expect(Array.from(stream.permutation(6))).toEqual([4, 0, 5, 3, 2, 1]);
    expect(stream.counter).toBe(19);
  });

  test('draws in parts what it draws at once', async () => {
    const whole = await values(createRandomStream(8).normal([2, 7]));
    const stream = createRandomStream(8);
    const parts = [...(await values(stream.normal([3]))), ...(await values(stream.normal([11])))];
    expect(parts).toEqual(whole);
    const next = createRandomStream(8);
    expect(await values(next.normal([14]))).not.toEqual(await values(next.normal([14])));
  });

  test('row i of normalRows is fork(first + i).normal, in any split of the batch', async () => {
    const stream = createRandomStream(5).fork('samples');
    const rows = await values(stream.normalRows(10, 4, [3, 5]));
    const forks = [];
    for (let i = 10; i < 14; i++) forks.push(...(await values(stream.fork(i).normal([3, 5]))));
    expect(rows).toEqual(forks);
    const split = [
      ...(await values(stream.normalRows(10, 1, [3, 5]))),
      ...(await values(stream.normalRows(11, 3, [3, 5]))),
    ];
    expect(split).toEqual(rows);
    expect(await values(stream.normalRows(11, 4, [3, 5]))).not.toEqual(rows);
    expect(stream.counter).toBe(0);
  });

  test('keeps uniforms below the maximum and scales normals', async () => {
    const stream = createRandomStream(6);
    const uniforms = await values(stream.uniform([20_000], 3, 3 + 2 ** -20));
    expect(Math.min(...uniforms)).toBe(3);
    expect(Math.max(...uniforms)).toBeLessThan(3 + 2 ** -20);
    const normals = await values(stream.normal([20_000], 10, 0.5));
    const mean = normals.reduce((sum, x) => sum + x, 0) / normals.length;
    expect(mean).toBeCloseTo(10, 1);
    const variance = normals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / normals.length;
    expect(variance).toBeCloseTo(0.25, 1);
    expect(() => stream.uniform([1], 1, 1)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });

  test('borrows nothing and leaks nothing', () => {
    const before = tf.memory().numTensors;
    const stream = createRandomStream(7);
    tf.dispose([
      stream.uniform([2, 3], -1, 1),
      stream.normal([2, 3], 1, 2),
      stream.integers([2], 0, 5),
      stream.normalRows(0, 2, [2]),
    ]);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe(backendName);
  });

  test('integers fill [low, high) evenly and are int32', async () => {
    const draws = createRandomStream(9).integers([30_000], -1, 2);
    expect(draws.dtype).toBe('int32');
    const counts = [0, 0, 0];
    for (const value of await values(draws)) counts[value + 1]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(6667));
    const wide = await values(createRandomStream(9).integers([1000], -(2 ** 31), 2 ** 31));
    expect(wide.some((value) => value > 2 ** 30) && wide.some((value) => value < -(2 ** 30))).toBe(true);
    expect(() => createRandomStream(9).integers([1], 2, 2)).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });
});

describe('permutations', () => {
  test('hold every number once; 0 and 1 take no word', () => {
    const stream = createRandomStream(1);
    expect(Array.from(stream.permutation(0))).toEqual([]);
    expect(Array.from(stream.permutation(1))).toEqual([0]);
    expect(stream.counter).toBe(0);
    expect(Array.from(stream.permutation(1000)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
  });

  test('of four come up equally often, all 24 of them (chi-squared, 23 degrees of freedom)', () => {
    const stream = createRandomStream(2);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = stream.permutation(4).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(49.7);
  });
});
