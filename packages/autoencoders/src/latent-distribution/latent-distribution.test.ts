import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { fitGaussianMixtureLatents } from './fit-gaussian-mixture.ts';
import { fitNormalLatents } from './fit-normal.ts';
import {
  type LatentDistribution,
  standardNormalLatents,
  validateLatentDistribution,
} from './latent-distribution.ts';
import { logDensityTerms } from './log-density.ts';
import { sampleLatents } from './sample-latents.ts';

/** Means 4 apart, a third and two thirds of the mass, one of them with correlated latents. */
const truth: LatentDistribution = {
  components: [
    { weight: 1 / 3, mean: [-2, 0], factor: [[0.5, 0], [0.4, 0.3]] }, // biome-ignore format: two matrices
    { weight: 2 / 3, mean: [2, 1], factor: [[0.7, 0], [0, 0.2]] }, // biome-ignore format: two matrices
  ],
};
const covarianceOf = (factor: readonly (readonly number[])[]) =>
  factor.map((a) => factor.map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)));
const draw = (distribution: LatentDistribution, count: number, seed = 1) =>
  sampleLatents(distribution, { count, rng: createRandomStream(seed) });

describeOnBackends('a distribution of codes', () => {
  test('code i is the same in any batch', () => {
    const all = draw(truth, 8).dataSync();
    const tail = sampleLatents(truth, { firstIndex: 5, count: 3, rng: createRandomStream(1) }).dataSync();
    expect(tail).toEqual(all.subarray(10));
    expect(draw(truth, 8, 2).dataSync()).not.toEqual(all);
  });

  test('it is plain data that a JSON file keeps', () => {
    const restored = validateLatentDistribution(JSON.parse(JSON.stringify(truth)));
    expect(restored).toEqual(truth);
    expect(draw(restored, 4).dataSync()).toEqual(draw(truth, 4).dataSync());
  });

  test.each([
    ['no component', { components: [] }],
    ['weights that do not sum to 1', { components: [truth.components[0]] }],
    ['another size', { components: [{ weight: 1, mean: [0, 0], factor: [[1]] }] }],
    ['an unknown key', { ...truth, kind: 'normal' }],
  ])('%s is refused', (_, value) => {
    expect(() => validateLatentDistribution(value)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/E_CONFIG|E_UNKNOWN_OPTION/) }),
    );
  });

  test('its samples have the shares, means and covariances of its components', () => {
    const codes = draw(truth, 4000);
    const isFirst = codes.slice([0, 0], [-1, 1]).less(0).toFloat(); // [4000, 1]
    const shares = [isFirst, tf.sub(1, isFirst)];
    for (const [k, { weight, mean, factor }] of truth.components.entries()) {
      const share = shares[k]!.mean().dataSync()[0]!;
      expect(Math.abs(share - weight)).toBeLessThan(0.03);
      const centre = codes.mul(shares[k]!).mean(0).div(share);
      expect(centre).toBeAllClose(mean, { atol: 0.05, rtol: 0 });
      const rows = codes.sub(mean as number[]).mul(shares[k]!) as tf.Tensor2D;
      const covariance = tf.matMul(rows, rows, true).div(4000 * share);
      expect(covariance).toBeAllClose(covarianceOf(factor), { atol: 0.05, rtol: 0 });
    }
  });

  test('N(0, I) gives the normal numbers themselves', () => {
    const noise = createRandomStream(1).fork('noise').normalRows(0, 5, [3]);
    expect(draw(standardNormalLatents(3), 5)).toBeAllClose(noise);
    expect(() => standardNormalLatents(0)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });

  test('a normal has the mean and covariance of its codes, and a dead latent does no harm', async () => {
    const codes = tf.tensor2d([1, 2, 5, 3, -2, 5, 5, 0, 5], [3, 3]); // the last latent is always 5
    const { components } = await fitNormalLatents(codes);
    expect(components[0]!.mean).toBeAllClose([3, 0, 5]);
    const expected = [
      [8 / 3, -4 / 3, 0],
      [-4 / 3, 8 / 3, 0],
      [0, 0, 0],
    ];
    expect(covarianceOf(components[0]!.factor)).toBeAllClose(expected, { atol: 1e-5 });
  });

  test('fitting and sampling leave no tensor behind', async () => {
    const codes = draw(truth, 30);
    await expectNoLeaks(async () => {
      await fitNormalLatents(codes);
      await fitGaussianMixtureLatents(codes, { components: 2, rng: createRandomStream(1) });
      draw(truth, 3).dispose();
    });
  });

  test('codes that are equal, not finite or too few are refused', async () => {
    const rng = createRandomStream(1);
    await expect(fitNormalLatents(tf.ones([5, 2]))).rejects.toMatchObject({ code: 'E_DATA' });
    await expect(fitNormalLatents(tf.fill([5, 2], Number.NaN))).rejects.toMatchObject({ code: 'E_DATA' });
    await expect(fitNormalLatents(tf.ones([1, 2]))).rejects.toMatchObject({ code: 'E_SHAPE' });
    const codes = draw(truth, 5);
    const fit = (options: object) => fitGaussianMixtureLatents(codes, { rng, ...options });
    await expect(fit({ components: 6 })).rejects.toMatchObject({ code: 'E_SHAPE' });
    for (const options of [{ components: 1.5 }, { iterations: 0 }, { regularization: 0 }]) {
      await expect(fit(options)).rejects.toMatchObject({ code: 'E_CONFIG' });
    }
  });
});

describeOnBackends(
  'a mixture of Gaussians by expectation maximisation',
  () => {
    const fit = (codes: tf.Tensor2D, components: number, onIteration?: (value: number) => void) =>
      fitGaussianMixtureLatents(codes, {
        components,
        rng: createRandomStream(4),
        ...(onIteration && { onIteration }),
      });

    test('finds the two Gaussians that codes were drawn from', async () => {
      const { components } = await fit(draw(truth, 3000), 2);
      const sorted = [...components].sort((a, b) => a.mean[0]! - b.mean[0]!);
      for (const [k, { weight, mean, factor }] of truth.components.entries()) {
        expect(sorted[k]!.weight).toBeCloseTo(weight, 1.5);
        expect(sorted[k]!.mean).toBeAllClose(mean, { atol: 0.07, rtol: 0 });
        expect(covarianceOf(sorted[k]!.factor)).toBeAllClose(covarianceOf(factor), { atol: 0.05, rtol: 0 });
      }
    });

    test('no round lowers the likelihood, and two components beat one by far', async () => {
      const codes = draw(truth, 500);
      const rounds: number[] = [];
      await fit(codes, 2, (value) => rounds.push(value));
      expect(rounds.length).toBeGreaterThan(1);
      for (const [i, value] of rounds.entries()) {
        if (i > 0) expect(value).toBeGreaterThan(rounds[i - 1]! - 1e-4); // the regularisation may cost a little
      }
      const alone: number[] = [];
      await fit(codes, 1, (value) => alone.push(value));
      expect(rounds.at(-1)! - alone.at(-1)!).toBeGreaterThan(0.5);
    });

    test('one component is the normal distribution of the codes', async () => {
      const codes = draw(truth, 200);
      const [mixture, normal] = [await fit(codes, 1), await fitNormalLatents(codes)];
      expect(mixture.components[0]!.mean).toBeAllClose(normal.components[0]!.mean);
      expect(mixture.components[0]!.factor).toBeAllClose(normal.components[0]!.factor, { rtol: 2e-3 });
    });

    test('equal codes, far more than one component needs, still give a finite mixture', async () => {
      const codes = tf.concat([tf.zeros([40, 2]), tf.ones([40, 2])]) as tf.Tensor2D;
      const { components } = await fit(codes, 5);
      const numbers = components.flatMap(({ weight, mean, factor }) => [weight, ...mean, ...factor.flat()]);
      expect(numbers.every(Number.isFinite)).toBe(true);
      expect(components.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    });

    test('the density of a code is that of the formula', () => {
      const terms = new Float64Array(2);
      // At the second mean the second Gaussian is 1 / (2π · 0.7 · 0.2); the first is 4 / 0.5 deviations away.
      const second = Math.log(2 / 3 / (2 * Math.PI * 0.14));
      expect(logDensityTerms([2, 1], truth.components, terms)).toBeCloseTo(second, 6);
      expect(terms[1]).toBeCloseTo(second, 12);
      expect(terms[0]).toBeCloseTo(
        Math.log(1 / 3 / (2 * Math.PI * 0.15)) - 0.5 * (8 ** 2 + ((1 - 0.4 * 8) / 0.3) ** 2),
        9,
      );
    });
  },
  { backends: ['wasm'] },
);
