import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { fans } from './fans.ts';
import {
  constant,
  type Initializer,
  kaimingNormal,
  kaimingUniform,
  normal,
  ones,
  uniform,
  xavierUniform,
  zeroCounter,
  zeros,
} from './initializers.ts';
import type { ParameterLayout } from './parameter-tree.ts';

test('fans follow PyTorch, which reads them from its own layout', () => {
  expect(fans([3, 5, 7, 11], 'conv')).toEqual({ fanIn: 7 * 15, fanOut: 11 * 15 });
  // torch weight [in = 11, out = 7, 3, 5]: axis 1 is "in".
  expect(fans([3, 5, 7, 11], 'convTransposed')).toEqual({ fanIn: 7 * 15, fanOut: 11 * 15 });
  expect(fans([7, 11], 'linear')).toEqual({ fanIn: 7, fanOut: 11 });
  expect(fans([12, 2], 'linearFromChw')).toEqual({ fanIn: 12, fanOut: 2 });
  expect(() => fans([4], 'plain')).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
});

describeOnBackends('initialisers', () => {
  const draw = (initializer: Initializer, shape: number[], layout: ParameterLayout = 'linear') => {
    const tensor = initializer(shape, createRandomStream(5), layout);
    const values = [...tensor.dataSync()];
    tensor.dispose();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { values, mean, deviation: Math.sqrt(variance), largest: Math.max(...values.map(Math.abs)) };
  };

  test('constants are constant, counters are integers', () => {
    expect(draw(zeros(), [2, 2]).values).toEqual([0, 0, 0, 0]);
    expect(draw(ones(), [2]).values).toEqual([1, 1]);
    expect(draw(constant(0.5), [2]).values).toEqual([0.5, 0.5]);
    const counter = zeroCounter()([], createRandomStream(0), 'plain');
    expect(counter.dtype).toBe('int32');
    counter.dispose();
  });

  test('random ones have the stated spread', () => {
    const shape = [100, 200];
    const before = tf.memory().numTensors;
    const within = (value: number, expected: number) =>
      expect(Math.abs(value / expected - 1)).toBeLessThan(0.03);
    within(draw(normal(0.02), shape).deviation, 0.02);
    within(draw(normal(0.1, 5), shape).mean, 5);
    within(draw(uniform(-2, 2), shape).deviation, 2 / Math.sqrt(3));
    within(draw(kaimingUniform(), shape).deviation, 1 / Math.sqrt(300));
    expect(draw(kaimingUniform(), shape).largest).toBeLessThanOrEqual(0.1);
    within(draw(kaimingUniform({ a: 0 }), shape).deviation, Math.sqrt(2 / 100));
    within(draw(kaimingUniform({ a: 0, fan: 'out' }), shape).deviation, Math.sqrt(2 / 200));
    within(draw(kaimingNormal(), shape).deviation, Math.sqrt(2 / 100));
    within(draw(kaimingNormal(), [3, 3, 20, 50], 'conv').deviation, Math.sqrt(2 / 180));
    within(draw(xavierUniform(), shape).deviation, Math.sqrt(2 / 300));
    within(draw(xavierUniform(2), shape).deviation, 2 * Math.sqrt(2 / 300));
    expect(tf.memory().numTensors).toBe(before);
  });
});
