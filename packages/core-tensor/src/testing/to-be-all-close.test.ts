import { tf } from '@tintype/backend';
import { beforeAll, expect, test } from 'vitest';
import './to-be-all-close.ts';

beforeAll(() => tf.setBackend('cpu'));

test('numbers within atol + rtol · max|expected| are close, and one beyond is not', () => {
  expect([1, 100]).toBeAllClose([1.0009, 100], { rtol: 1e-5, atol: 0 });
  expect([1, 100]).not.toBeAllClose([1.0011, 100], { rtol: 1e-5, atol: 0 });
});

test('tensors, typed arrays and nested arrays may be compared with each other', () => {
  const tensor = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  expect(tensor).toBeAllClose([
    [1, 2],
    [3, 4],
  ]);
  expect(tensor).toBeAllClose(new Float32Array([1, 2, 3, 4]));
  expect(tensor).not.toBeAllClose([1, 2, 3, 5]);
  expect(tensor).not.toBeAllClose(tensor.reshape([4]));
});

test('NaN and a wrong number of elements are never close; equal infinities are', () => {
  expect([Number.NaN]).not.toBeAllClose([Number.NaN]);
  expect([1, 2]).not.toBeAllClose([1]);
  expect([Number.POSITIVE_INFINITY]).toBeAllClose([Number.POSITIVE_INFINITY]);
  expect([Number.POSITIVE_INFINITY]).not.toBeAllClose([1], { atol: 1e9 });
});
