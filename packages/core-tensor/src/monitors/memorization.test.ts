import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { lastVerdict, normalRows, testMonitor } from './check-monitor.test-support.ts';
import type { Draw } from './draw.ts';
import { createMemorizationMonitor as create } from './memorization.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

const train = () => createRandomStream(5).normal([40, 12]);
const held = normalRows(12);
/** Training rows plus noise; where `share` is below 1, the rest are new. */
const copies =
  (noise: number, share = 1): Draw =>
  (count, { rng }) =>
    tf.tidy(() => {
      const copied = Math.round(count * share);
      const near = train()
        .gather(rng.integers<tf.Rank.R1>([copied], 0, 40))
        .add(rng.normal([copied, 12], 0, noise));
      return copied === count ? near : tf.concat([near, rng.normal([count - copied, 12])]);
    });

describe('the memorization monitor', () => {
  testMonitor('memorization', create, { sample: copies(0.05), train, held });

  test('samples as new as real ones have a ratio of about 1; copies one near 0', async () => {
    expect(await lastVerdict(create({ sample: normalRows(12), train, held }), 2)).toBeUndefined();
    const verdict = await lastVerdict(create({ sample: copies(0.05), train, held }), 2);
    expect(verdict).toMatchObject({ verdict: 'memorization', evidence: { copies: 1 } });
    expect(verdict!.evidence.ratio).toBeLessThan(0.1);
    const always = create({ sample: normalRows(12), train, held, minRatio: 1, maxCopies: 0, patience: 1 });
    expect(Math.abs((await lastVerdict(always, 1))!.evidence.ratio! - 1)).toBeLessThan(0.15);
  });

  test('near copies count up to a ratio of 0.4', async () => {
    expect(await lastVerdict(create({ sample: copies(0.25), train, held }), 2)).toBeDefined();
    expect(await lastVerdict(create({ sample: copies(0.7), train, held }), 2)).toBeUndefined();
  });

  test('a third of copies among new samples is reported, a tenth is not', async () => {
    expect(
      (await lastVerdict(create({ sample: copies(0, 0.33), train, held }), 2))?.evidence.ratio,
    ).toBeGreaterThan(0.5);
    expect(await lastVerdict(create({ sample: copies(0, 0.1), train, held }), 2)).toBeUndefined();
  });

  test('distances are measured in the features that are given', async () => {
    const features = (rows: tf.Tensor) => rows.slice([0, 0], [-1, 1]).mul(0).add(1);
    const verdict = await lastVerdict(create({ sample: normalRows(12), train, held, features }), 2);
    expect(verdict?.evidence.nearest).toBe(0);
  });

  test('the training rows are asked for once', async () => {
    let calls = 0;
    const counted = () => {
      calls += 1;
      return train();
    };
    const monitor = create({ sample: normalRows(12), train: counted, held });
    await lastVerdict(monitor, 3);
    monitor.dispose?.();
    expect(calls).toBe(1);
  });

  test('rows of another size are refused', async () => {
    const monitor = create({ sample: normalRows(3), train, held });
    await expect(lastVerdict(monitor, 1)).rejects.toThrow(/one size/);
  });
});
