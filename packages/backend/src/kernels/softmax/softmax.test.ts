import { afterEach, expect, test, vi } from 'vitest';
import { currentEngine } from '../../engine/current-engine.ts';
import { fillNormals } from '../../random/fill.ts';
import { describeOnBackends } from '../../testing/describe-on-backends.ts';
import { describeOnThreads } from '../../testing/describe-on-threads.ts';
import { expectAllClose } from '../../testing/expect-all-close.ts';
import { expectGradients } from '../../testing/expect-gradients.ts';
import { expectSameBits } from '../../testing/expect-same-bits.ts';
import { poisonMemory } from '../../testing/poison-memory.ts';
import { tf } from '../../tf.ts';
import { logSoftmax } from './log-softmax.ts';

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;
const operations = { softmax: (x: tf.Tensor) => tf.softmax(x), logSoftmax };
type Name = keyof typeof operations;

function draw(count: number, key: number): Float32Array {
  const values = new Float32Array(count);
  fillNormals(values, { keys: Uint32Array.of(0x736f6674, key), counter: 0, count });
  return values.map((value) => 3 * value);
}

/** Rows one by one in float64. */
function reference(name: Name, x: Float32Array, dy: Float32Array, size: number) {
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
  for (let row = 0; row < x.length; row += size) {
    let largest = -infinity;
    for (let i = row; i < row + size; i++) largest = Math.max(largest, x[i]!);
    let sum = 0;
    for (let i = row; i < row + size; i++) sum += Math.exp(x[i]! - largest);
    const share = (i: number) => Math.exp(x[i]! - largest) / sum;
    let total = 0;
    for (let i = row; i < row + size; i++) total += name === 'softmax' ? dy[i]! * share(i) : dy[i]!;
    for (let i = row; i < row + size; i++) {
      y[i] = name === 'softmax' ? share(i) : x[i]! - largest - Math.log(sum);
      dx[i] = name === 'softmax' ? share(i) * (dy[i]! - total) : dy[i]! - share(i) * total;
    }
  }
  return { y, dx };
}

function run(name: Name, x: Float32Array, dy: Float32Array, size: number) {
  const [y, dx] = tf.tidy(() => {
    const shape: [number, number] = [x.length / size, size];
    const [input, weights] = [tf.tensor2d(x, shape), tf.tensor2d(dy, shape)];
    poisonMemory(x.length);
    const { value, grad } = tf.valueAndGrad(operations[name])(input, weights);
    return [value, grad];
  });
  const read = (tensor: tf.Tensor) => (tensor.dataSync() as Float32Array).slice();
  const results = { y: read(y!), dx: read(dx!) };
  tf.dispose([y!, dx!]);
  return results;
}

async function expectRight(name: Name, rows: number, size: number): Promise<void> {
  const [x, dy] = [draw(rows * size, 1), draw(rows * size, 2)];
  const results = run(name, x, dy, size);
  const expected = reference(name, x, dy, size);
  await expectAllClose(results.y, expected.y, { rtol: 1e-6, atol: 1e-7 });
  await expectAllClose(results.dx, expected.dx, { rtol: 4e-6, atol: 1e-6 });
}

const first = new Map<string, ReturnType<typeof run>>();

describeOnThreads('softmax and its logarithm', (engine) => {
  afterEach(() => vi.restoreAllMocks());
  const names = ['softmax', 'logSoftmax'] as const;

  test.each(names)('%s and its gradient equal float64 for every size of row', async (name) => {
    for (const size of [...Array.from({ length: 34 }, (_, i) => i + 1), 64, 1025, 5003])
      for (const rows of [0, 1, 5]) await expectRight(name, rows, size);
    for (let rows = 0; rows <= 33; rows++) await expectRight(name, rows, 10);
    await expectRight(name, 1000, 37);
  });

  test.each(names)('a kernel of %s that writes nothing is found out', async (name) => {
    const inUse = currentEngine()!;
    const stock = inUse.run;
    for (const silent of [name, `${name}Gradient`]) {
      const spy = vi.spyOn(inUse, 'run').mockImplementation((kernel, job) => {
        if (kernel !== silent) stock(kernel, job);
      });
      await expect(expectRight(name, 5, 37)).rejects.toThrow();
      spy.mockRestore();
    }
  });

  test('NaN, infinities and large values stay in their row', async () => {
    const rows = [
      [1, nan, 2, 3, 4],
      [infinity, 1, 2, 3, 4],
      [-infinity, 1, 1, -infinity, -infinity],
      [-infinity, -infinity, -infinity, -infinity, -infinity],
      [1e30, 1e30, 0, -1e30, -1e30],
      [1, 1, 1, 1, 1],
    ];
    const { y } = run('softmax', Float32Array.from(rows.flat()), new Float32Array(30), 5);
    const spoilt = [nan, nan, nan, nan, nan];
    const expected = [spoilt, spoilt, [0, 0.5, 0.5, 0, 0], spoilt, [0.5, 0.5, 0, 0, 0], Array(5).fill(0.2)];
    expect(Array.from(y)).toEqual(expected.flat().map(Math.fround));
  });

  test('a row has the same bits in every batch and on any number of threads', () => {
    for (const name of names) {
      const whole = run(name, draw(33 * 101, 1), draw(33 * 101, 2), 101);
      for (let rows = 1; rows < 33; rows++) {
        const part = run(name, draw(rows * 101, 1), draw(rows * 101, 2), 101);
        expectSameBits(part.y, whole.y.subarray(0, rows * 101));
        expectSameBits(part.dx, whole.dx.subarray(0, rows * 101));
      }
      const large = run(name, draw(700 * 101, 1), draw(700 * 101, 2), 101);
      const key = `${name} ${engine.isRelaxed}`;
      const known = first.get(key) ?? large;
      expectSameBits(large.y, known.y);
      expectSameBits(large.dx, known.dx);
      first.set(key, large);
    }
  });
});

describeOnBackends('softmax and its logarithm', () => {
  test('first and second derivatives equal differences, and nothing is left behind', async () => {
    const x = tf.tensor2d(draw(15, 3), [3, 5]).mul(0.2);
    const w = tf.tensor2d(draw(15, 4), [3, 5]).mul(0.2);
    for (const operation of Object.values(operations)) {
      const f = (input: tf.Tensor) => operation(input).square().mul(w).sum() as tf.Scalar;
      const before = tf.memory().numTensors;
      await expectGradients(f, [x]);
      await expectGradients((input) => tf.grad(f)(input).mul(w).sum() as tf.Scalar, [x]);
      expect(tf.memory().numTensors).toBe(before);
    }
    tf.dispose([x, w]);
  });
});
