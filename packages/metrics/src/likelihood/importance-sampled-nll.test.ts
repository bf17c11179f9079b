import { expect, test } from 'vitest';
import { importanceSampledNll } from './importance-sampled-nll.ts';
import { linearGaussian } from './linear-gaussian.test-support.ts';

const meanOf = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

test('with the true posterior every weight is p(x): exact from one draw, all draws count the same', async () => {
  const { weights, exact } = await linearGaussian(
    { samples: 4, count: 50, seed: 'a' },
    { shift: 0, width: 1 },
  );
  const { nats, perImage, effectiveSampleSizes, standardError } = importanceSampledNll(weights);
  perImage.forEach((value, image) => {
    expect(value).toBeCloseTo(exact[image]!, 8);
    expect(effectiveSampleSizes[image]).toBeCloseTo(4, 8);
  });
  expect(nats).toBeCloseTo(meanOf(exact), 8);
  expect(standardError).toBeGreaterThan(0);
});

test('with a proposal that is off it comes within .05 nats of ln p(x), where the bound of one draw is far', async () => {
  const error = { shift: 0.8, width: 1.4 };
  const { weights, exact } = await linearGaussian({ samples: 2000, count: 40, seed: 'b' }, error);
  const estimate = importanceSampledNll(weights);
  expect(Math.abs(estimate.nats - meanOf(exact))).toBeLessThan(0.05);
  for (let image = 0; image < 40; image++) {
    expect(Math.abs(estimate.perImage[image]! - exact[image]!)).toBeLessThan(0.15);
    expect(estimate.effectiveSampleSizes[image]).toBeLessThan(1900);
    expect(estimate.effectiveSampleSizes[image]).toBeGreaterThan(200);
  }
  const single = importanceSampledNll({ samples: 1, count: 80_000, values: weights.values });
  // KL(q ‖ posterior) = (1.4² + 0.8² − 1) / 2 − ln 1.4 is what the bound loses.
  const loss = (1.4 ** 2 + 0.8 ** 2 - 1) / 2 - Math.log(1.4);
  expect(Math.abs(single.nats - meanOf(exact) - loss)).toBeLessThan(0.05);
  expect(loss).toBeGreaterThan(0.4);
});

test('on average it falls as the number of draws grows, and stays above the exact value', async () => {
  const { weights, exact } = await linearGaussian(
    { samples: 64, count: 400, seed: 'c' },
    { shift: 1, width: 1.5 },
  );
  // The same draws, in groups of k.
  const bounds = [1, 4, 16, 64].map((samples) => {
    const groups = Array.from({ length: 64 / samples }, (_, group) =>
      importanceSampledNll({
        samples,
        count: 400,
        values: weights.values.slice(group * samples * 400, (group + 1) * samples * 400),
      }),
    );
    return meanOf(groups.map(({ nats }) => nats));
  });
  for (let i = 1; i < bounds.length; i++) expect(bounds[i]!).toBeLessThan(bounds[i - 1]!);
  expect(bounds[3]!).toBeGreaterThan(meanOf(exact) - 0.02);
});

test('weights that lie thousands of nats below 0 keep their digits, and the effective number of draws counts them', () => {
  const values = Float64Array.of(-4000, -4000, -4000, -5000);
  const { perImage, effectiveSampleSizes } = importanceSampledNll({ samples: 2, count: 2, values });
  expect(perImage[0]).toBe(4000);
  expect(perImage[1]).toBeCloseTo(4000 + Math.log(2), 9);
  expect(effectiveSampleSizes[0]).toBeCloseTo(2, 9);
  expect(effectiveSampleSizes[1]).toBeCloseTo(1, 9);
});

test('weights that are missing, not numbers or all 0 are refused', () => {
  const refused = (values: Float64Array, sizes: object, code: string) =>
    expect(() => importanceSampledNll({ samples: 2, count: 1, values, ...sizes })).toThrow(
      expect.objectContaining({ code }),
    );
  refused(Float64Array.of(0, 0, 0), {}, 'E_SHAPE');
  refused(new Float64Array(0), { samples: 0 }, 'E_CONFIG');
  refused(Float64Array.of(0, Number.NaN), {}, 'E_DATA');
  refused(Float64Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY), {}, 'E_DATA');
});
