import { selectBackend, type tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastVerdict, normalRows, testMonitor } from './check-monitor.test-support.ts';
import { createOverfittingDiscriminatorMonitor as create } from './overfitting-discriminator.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

/** Rows are the logits themselves: training at 2, generated at −2, held out where r_v puts them. */
const options = (overfit: number, spread = 1) => ({
  logits: (rows: tf.Tensor) => rows.clone(),
  train: normalRows(1, spread, 2),
  held: normalRows(1, spread, 2 - 4 * overfit),
  sample: normalRows(1, spread, -2),
});

describe('the overfitting-discriminator monitor', () => {
  testMonitor('overfitting-discriminator', create, options(0.5));

  test('r_v is 0 where unseen images look as real as the training set and 1 where they look generated', async () => {
    for (const overfit of [0.1, 0.5, 0.9]) {
      const monitor = create({ ...options(overfit, 0.1), maxOverfit: 0, patience: 1 });
      expect((await lastVerdict(monitor, 1))?.evidence.overfit).toBeCloseTo(overfit, 1.5);
    }
  });

  test('it fires from 0.5, and not below', async () => {
    expect(await lastVerdict(create(options(0.6)), 2)).toMatchObject({
      verdict: 'overfitting-discriminator',
    });
    expect(await lastVerdict(create(options(0.3)), 2)).toBeUndefined();
    expect(await lastVerdict(create(options(0)), 2)).toBeUndefined();
  });

  test('a difference that may be chance is none', async () => {
    expect(await lastVerdict(create({ ...options(0.6), minStandardErrors: 1000 }), 2)).toBeUndefined();
    // A discriminator that tells nothing apart has logits of chance alone.
    const blind = { ...options(0), train: normalRows(1), held: normalRows(1), sample: normalRows(1) };
    expect(await lastVerdict(create(blind), 20)).toBeUndefined();
  });
});
