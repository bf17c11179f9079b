import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { contextAt, lastVerdict, normalRows, testMonitor } from './check-monitor.test-support.ts';
import { createPosteriorCollapseMonitor as create } from './posterior-collapse.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

/** Ten units, of which so many have means of this standard deviation and a posterior as narrow as that leaves. */
const units = (active: number, spread = 0.9) => ({
  images: normalRows(10),
  encode: (images: tf.Tensor) =>
    tf.tidy(() => {
      const isActive = tf.range(0, 10).less(active).toFloat();
      const logVar = isActive.mul(Math.log(1 - spread * spread));
      return { mu: images.mul(isActive.mul(spread)), logVar: logVar.broadcastTo(images.shape) };
    }),
});

describe('the posterior-collapse monitor', () => {
  testMonitor('posterior-collapse', create, units(1));

  test('no active unit of ten, or one, is a collapse; two are not', async () => {
    expect(await lastVerdict(create(units(0)), 2)).toMatchObject({
      verdict: 'posterior-collapse',
      evidence: { activeUnits: 0, units: 10, klPerUnit: 0 },
    });
    expect((await lastVerdict(create(units(1)), 2))?.evidence.activeUnits).toBe(1);
    expect(await lastVerdict(create(units(2)), 2)).toBeUndefined();
  });

  test('a unit is active above a variance of 0.01, and its KL is the closed form', async () => {
    expect(await lastVerdict(create({ ...units(10, 0.08), minKl: 0 }), 2)).toBeDefined();
    expect(await lastVerdict(create({ ...units(10, 0.15), minKl: 0 }), 2)).toBeUndefined();
    const { evidence } = (await lastVerdict(
      create({ ...units(10), samples: 4096, minKl: 1e6, patience: 1 }),
      1,
    ))!;
    // E[mu²] + exp(logVar) = 1, so that KL = −logVar / 2.
    expect(evidence.klPerUnit).toBeCloseTo(-Math.log(1 - 0.81) / 2, 1.5);
  });

  test('without an encoder the logged KL decides', async () => {
    expect((await lastVerdict(create(), 2, () => ({ kl: 0.4 })))?.evidence).toEqual({ klPerImage: 0.4 });
    expect(await lastVerdict(create(), 2, () => ({ kl: 0.6 }))).toBeUndefined();
    await expect(create().check(contextAt(250, { 'vae/kl': 1 }))).rejects.toThrow(/one of vae\/kl/);
    expect(await lastVerdict(create({ kl: 'vae/kl' }), 2, () => ({ 'vae/kl': 9 }))).toBeUndefined();
  });

  test('an encoder without images is refused', () => {
    expect(() => create({ encode: units(1).encode })).toThrow(/one of the pair/);
  });
});
