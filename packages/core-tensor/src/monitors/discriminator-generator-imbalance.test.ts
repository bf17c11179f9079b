import { selectBackend } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { contextAt, lastVerdict, testMonitor, verdictsOf } from './check-monitor.test-support.ts';
import { createDiscriminatorGeneratorImbalanceMonitor as create } from './discriminator-generator-imbalance.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

/** What a step logs whose discriminator has this accuracy and margin. */
const logged = (accuracy: number, margin: number, norm = 1) => ({
  'discriminator/realAccuracy': accuracy,
  'discriminator/fakeAccuracy': accuracy,
  'discriminator/realLogits': margin / 2,
  'discriminator/fakeLogits': -margin / 2,
  'generator/gradientNorm': norm,
});

describe('the discriminator-generator-imbalance monitor', () => {
  testMonitor('discriminator-generator-imbalance', create, {}, logged(0.8, 3));

  test('a discriminator that is always right by a wide margin has won', async () => {
    expect(await lastVerdict(create(), 5, () => logged(1, 14))).toMatchObject({
      verdict: 'discriminator-generator-imbalance',
      evidence: { accuracy: 1, margin: 14 },
    });
    expect(await lastVerdict(create(), 4, () => logged(1, 14))).toBeUndefined();
  });

  test('the first hundreds of steps of a healthy training are well: always right, by a margin below 12', async () => {
    expect(await lastVerdict(create(), 9, () => logged(1, 11.9))).toBeUndefined();
    expect(await lastVerdict(create(), 9, () => logged(0.98, 30))).toBeUndefined();
  });

  test('one that is always wrong has lost', async () => {
    expect((await lastVerdict(create(), 5, () => logged(0.05, -2)))?.advice).toMatch(/wrong nearly always/);
    expect(await lastVerdict(create(), 9, () => logged(0.5, 0))).toBeUndefined();
  });

  test('single readings do not count', async () => {
    const verdicts = await verdictsOf(create(), 24, (check) =>
      check % 3 === 0 ? logged(1, 20) : logged(0.9, 4),
    );
    expect(verdicts.every((verdict) => verdict === undefined)).toBe(true);
  });

  test('a gradient that vanishes is reported, from a scalar and from a function', async () => {
    const fading = (check: number) => logged(0.9, 4, check < 4 ? 1 : 1e-4);
    const byName = create({ generatorGradientNorm: 'generator/gradientNorm' });
    expect((await lastVerdict(byName, 5, fading))?.evidence.gradientShare).toBeCloseTo(1e-4);
    expect(await lastVerdict(create(), 5, fading)).toBeUndefined();
    const frozen = create({ generatorGradientNorm: () => 0 });
    expect((await lastVerdict(frozen, 2, fading))?.advice).toMatch(/vanished/);
  });

  test('a scalar that is not logged is refused with the nearest', async () => {
    const monitor = create({ realLogits: 'discriminator/realLogit' });
    await expect(monitor.check(contextAt(25, logged(1, 1)))).rejects.toThrow(
      'The nearest is discriminator/realLogits.',
    );
    await expect(create().check(contextAt(25, { total: 1 }))).rejects.toThrow(/one of total/);
  });
});
