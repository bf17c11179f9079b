import { selectBackend } from '@tintype/backend';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MonitorContext } from '../training/monitor.ts';
import { contextAt, lastVerdict, testMonitor, verdictsOf } from './check-monitor.test-support.ts';
import { createDivergenceMonitor } from './divergence.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

/** A loss that falls from 543 to about 105 as that of a VAE does, with noise of 5 %. */
const healthy = (check: number) => ({
  total: (105 + 438 * 0.7 ** check) * (1 + 0.05 * Math.sin(check * 12.9)),
});

async function fires(values: (check: number) => MonitorContext['values'], checks = 60): Promise<boolean> {
  const verdicts = await verdictsOf(createDivergenceMonitor(), checks, values);
  return verdicts.some((verdict) => verdict !== undefined);
}

describe('the divergence monitor', () => {
  testMonitor('divergence', createDivergenceMonitor, {}, { total: 1 });

  test('a falling, noisy loss is no divergence; one that jumps to 50 times its best and stays is', async () => {
    expect(await fires(healthy)).toBe(false);
    expect(await fires((check) => ({ total: check < 40 ? healthy(check).total : 5000 }))).toBe(true);
  });

  test('one bad batch is forgiven, and so is a loss that comes back to where it began', async () => {
    expect(await fires((check) => ({ total: check === 40 ? 5000 : healthy(check).total }))).toBe(false);
    expect(await fires((check) => ({ loss: check < 40 ? 1.4 * 0.8 ** check : 1.4 }))).toBe(false);
  });

  test('the first reading of the loop counts: a training that ran away before the first check is caught', async () => {
    const monitor = createDivergenceMonitor();
    const context = { ...contextAt(10, { loss: 1e6 }), firstValues: { loss: 1.1 } };
    await monitor.check(context);
    const verdict = await monitor.check(context);
    expect(verdict?.evidence.timesAboveBest).toBeGreaterThan(1000);
    const without = createDivergenceMonitor();
    await without.check(contextAt(10, { loss: 1e6 }));
    expect(await without.check(contextAt(20, { loss: 1e6 }))).toBeUndefined();
  });

  test('a critic that grows towards minus infinity is caught by its growth, one that converges is not', async () => {
    expect(await fires((check) => ({ 'critic/total': -(3 ** check) }), 8)).toBe(true);
    expect(await fires((check) => ({ 'critic/total': -10 * (1 - 0.8 ** check) }))).toBe(false);
  });

  test('NaN and infinity are named, whichever scalar has them', async () => {
    const monitor = createDivergenceMonitor({ patience: 1 });
    const verdict = await monitor.check(
      contextAt(10, { total: 1, kl: Number.NaN, norm: Number.POSITIVE_INFINITY }),
    );
    expect(verdict).toMatchObject({ verdict: 'divergence', evidence: { nonFinite: 2 } });
  });

  test('scalars that are not logged are refused, with what is there', async () => {
    const values = { 'denoiser/loss': 1 };
    await expect(createDivergenceMonitor({ scalars: ['loss'] }).check(contextAt(10, values))).rejects.toThrow(
      /no such scalar.*denoiser\/loss/,
    );
    await expect(createDivergenceMonitor().check(contextAt(10, { kl: 1 }))).rejects.toThrow(/one of kl/);
    expect(
      await lastVerdict(createDivergenceMonitor({ scalars: ['kl'] }), 9, () => ({ kl: 1 })),
    ).toBeUndefined();
    expect(() => createDivergenceMonitor({ scalars: [] })).toThrow(/another kind/);
  });
});
