import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastVerdict, normalRows, testMonitor } from './check-monitor.test-support.ts';
import { createCycleSteganographyMonitor as create } from './cycle-steganography.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

const images = normalRows(64, 0.5);
/** The picture itself at this amplitude: what is translated back is divided by it. */
const hidden = (amplitude: number) => ({
  images,
  translate: (x: tf.Tensor) => x.mul(amplitude),
  restore: (y: tf.Tensor) => y.div(amplitude),
});

describe('the cycle-steganography monitor', () => {
  testMonitor('cycle-steganography', create, hidden(0.01));

  test('a picture hidden at a hundredth of its amplitude is reported, one in full view is not', async () => {
    const verdict = await lastVerdict(create(hidden(0.01)), 2);
    expect(verdict?.verdict).toBe('cycle-steganography');
    // Noise of 0.02 is divided by 0.01; the floor is the mean of |noise|.
    expect(verdict!.evidence.factor).toBeCloseTo(100, -1);
    expect(await lastVerdict(create(hidden(1)), 2)).toBeUndefined();
    expect(await lastVerdict(create(hidden(0.5)), 2)).toBeUndefined();
    expect(await lastVerdict(create(hidden(0.2)), 2)).toBeDefined();
  });

  test('an honest translation that restores badly is well', async () => {
    const blurred = { images, translate: (x: tf.Tensor) => x.neg(), restore: (y: tf.Tensor) => y.mul(-0.8) };
    const { evidence } = (await lastVerdict(create({ ...blurred, maxFactor: 1, patience: 1 }), 1))!;
    expect(evidence.cycleError).toBeCloseTo(0.2 * 0.5 * Math.sqrt(2 / Math.PI), 2);
    expect(await lastVerdict(create(blurred), 2)).toBeUndefined();
  });

  test('both directions are needed', () => {
    expect(() => create({ images, translate: (x: tf.Tensor) => tf.neg(x) } as never)).toThrow(
      /restore: a required/,
    );
  });
});
