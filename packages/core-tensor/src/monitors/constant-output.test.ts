import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastVerdict, normalRows, testMonitor } from './check-monitor.test-support.ts';
import { createConstantOutputMonitor as create } from './constant-output.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

const real = normalRows(20, 1, 3);
/** The mean image, with this share of the input's own deviation. */
const reconstruct = (share: number) => (rows: tf.Tensor) => tf.tidy(() => rows.sub(3).mul(share).add(3));

describe('the constant-output monitor', () => {
  testMonitor('constant-output', create, { real, reconstruct: reconstruct(0) });

  test('the mean image for every input is reported, a blurred reconstruction is not', async () => {
    expect(await lastVerdict(create({ real, reconstruct: reconstruct(0) }), 2)).toMatchObject({
      verdict: 'constant-output',
      evidence: { varianceShare: 0 },
    });
    expect(await lastVerdict(create({ real, reconstruct: reconstruct(0.1) }), 2)).toBeDefined();
    expect(await lastVerdict(create({ real, reconstruct: reconstruct(0.2) }), 2)).toBeUndefined();
  });

  test('generated rows are compared with real ones', async () => {
    expect(await lastVerdict(create({ real, sample: normalRows(20, 0.01) }), 2)).toBeDefined();
    expect(await lastVerdict(create({ real, sample: normalRows(20, 0.5) }), 2)).toBeUndefined();
  });

  test('a code that is zero for every image is reported', async () => {
    const dead = await lastVerdict(create({ real, encode: (rows) => tf.zeros([rows.shape[0]!, 4]) }), 2);
    expect(dead).toMatchObject({ evidence: { largestCode: 0 }, advice: expect.stringContaining('dead') });
    expect(await lastVerdict(create({ real, encode: (rows) => rows.mul(1e-3) }), 2)).toBeUndefined();
  });

  test('outputs come from one source, and there must be one', () => {
    expect(() => create({ real })).toThrow(/nothing to look at/);
    expect(() => create({ real, sample: real, reconstruct: reconstruct(1) })).toThrow(/one of two/);
  });
});
