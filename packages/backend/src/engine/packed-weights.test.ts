import { beforeAll, expect, test } from 'vitest';
import { selectBackend } from '../device/select-backend.ts';
import type { WasmBackend } from '../kernels/wasm-backend.ts';
import { tf } from '../tf.ts';
import { currentEngine } from './current-engine.ts';
import { forgetPacked, isAskedAgain, packedWeightBytes, packedWeights } from './packed-weights.ts';

beforeAll(async () => {
  await selectBackend({ backend: 'wasm', threads: 1 });
});

const backend = () => tf.backend() as unknown as WasmBackend;

/** Of ones; the tensor that it begins with is gone. */
function variable<R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Variable<R> {
  const ones = tf.ones(shape);
  const made = tf.variable(ones);
  ones.dispose();
  return made as tf.Variable<R>;
}

function ask(x: tf.Tensor, kind = 'copy', bytes = 16): { pointer: number; wasPacked: boolean } {
  const engine = currentEngine();
  if (engine === undefined) throw new Error('our kernels do not run here');
  let wasPacked = false;
  const pack = () => {
    wasPacked = true;
  };
  const pointer = packedWeights({ backend: backend(), engine, dataId: x.dataId, kind, bytes, pack });
  return { pointer, wasPacked };
}

test('values are packed once for each kind', () => {
  const x = tf.tensor1d([1, 2]);
  const first = ask(x);
  expect(first.wasPacked).toBe(true);
  expect(ask(x)).toEqual({ pointer: first.pointer, wasPacked: false });
  expect(ask(x, 'other').wasPacked).toBe(true);
  x.dispose();
});

test('what is disposed of is freed, but not while a clone lives', () => {
  const before = packedWeightBytes();
  const x = tf.tensor1d([1, 2]);
  ask(x, 'copy', 1000);
  ask(x, 'other', 500);
  const clone = x.clone();
  x.dispose();
  expect(packedWeightBytes()).toBe(before + 1500);
  expect(ask(clone).wasPacked).toBe(false);
  clone.dispose();
  expect(packedWeightBytes()).toBe(before);
});

test('what was forgotten is packed anew', () => {
  const x = tf.tensor1d([1, 2]);
  ask(x);
  forgetPacked(x.dataId);
  expect(ask(x).wasPacked).toBe(true);
  x.dispose();
});

test('no more is kept than the limit, and what was used last stays', () => {
  const before = packedWeightBytes();
  const xs = Array.from({ length: 6 }, () => tf.tensor1d([1]));
  const [first, ...others] = xs as [tf.Tensor, ...tf.Tensor[]];
  ask(first, 'copy', 2 ** 26);
  for (const x of others) {
    ask(x, 'copy', 2 ** 26);
    expect(ask(first).wasPacked).toBe(false);
  }
  expect(packedWeightBytes()).toBeLessThanOrEqual(2 ** 28);
  expect(ask(others[0]!, 'copy', 2 ** 26).wasPacked).toBe(true);
  tf.dispose(xs);
  expect(packedWeightBytes()).toBe(before);
});

test('a form is worth keeping from the second time it is asked about', () => {
  const x = tf.tensor1d([1]);
  expect([isAskedAgain(x.dataId, 'a'), isAskedAgain(x.dataId, 'b'), isAskedAgain(x.dataId, 'a')]).toEqual([
    false,
    false,
    true,
  ]);
  x.dispose();
});

test('products and convolutions see a new value of a variable, and one changed in place once it is forgotten', () => {
  const w = variable([128, 128]);
  const filter = variable<tf.Rank.R4>([1, 1, 2, 2]);
  const results = () =>
    tf.tidy(() => [
      tf.matMul(tf.fill([1, 128], 1 / 64), w).dataSync()[0],
      tf.conv2d(tf.ones<tf.Rank.R4>([1, 1, 1, 2]), filter, 1, 'same').dataSync()[0],
    ]);
  for (let i = 0; i < 3; i++) expect(results()).toEqual([2, 2]);
  for (const variable of [w, filter]) {
    const next = tf.fill(variable.shape, 3);
    variable.assign(next as never);
    next.dispose();
  }
  for (let i = 0; i < 3; i++) expect(results()).toEqual([6, 6]);
  for (const variable of [w, filter]) backend().typedArrayFromHeap(variable).fill(4);
  // The control: without being told, they go on with what was packed.
  expect(results()).toEqual([6, 6]);
  for (const variable of [w, filter]) forgetPacked(variable.dataId);
  expect(results()).toEqual([8, 8]);
  tf.dispose([w, filter]);
});

test('a hundred steps that replace a weight keep no more than one packed form', () => {
  const before = packedWeightBytes();
  const filter = variable<tf.Rank.R4>([3, 3, 4, 8]);
  const x = tf.ones<tf.Rank.R4>([1, 4, 4, 4]);
  const bytes: number[] = [];
  for (let step = 0; step < 100; step++) {
    tf.tidy(() => {
      tf.grad((input) => tf.conv2d(input as tf.Tensor4D, filter, 2, 'same'))(x);
      filter.assign(tf.mul(filter, 0.9));
    });
    bytes.push(packedWeightBytes());
  }
  expect(new Set(bytes).size).toBe(1);
  tf.dispose([filter, x]);
  expect(packedWeightBytes()).toBe(before);
});
