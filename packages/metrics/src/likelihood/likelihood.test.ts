import { expect, test } from 'vitest';
import { bitsPerDim, natsOfBitsPerDim } from './bits-per-dim.ts';
import { importanceSampledNll } from './importance-sampled-nll.ts';
import { linearGaussian } from './linear-gaussian.test-support.ts';
import { logMeanExp } from './log-mean-exp.ts';

test('logMeanExp is the logarithm of the mean of the exponentials', () => {
  expect(logMeanExp([0, Math.log(3)])).toBeCloseTo(Math.log(2), 15);
  expect(logMeanExp([-2.5])).toBe(-2.5);
  expect(logMeanExp([Number.NEGATIVE_INFINITY, 0])).toBeCloseTo(Math.log(0.5), 15);
  expect(logMeanExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
});

test('logMeanExp moves with its values where plain exponentials would overflow or vanish', () => {
  const spread = logMeanExp([0, 1, 2]);
  for (const shift of [-5000, 5000]) {
    const shifted = [0, 1, 2].map((value) => value + shift);
    expect(logMeanExp(shifted)).toBeCloseTo(spread + shift, 10);
    const plain = Math.log(shifted.reduce((sum, value) => sum + Math.exp(value), 0) / 3);
    expect(Number.isFinite(plain)).toBe(false);
  }
});

test('logMeanExp: no values, NaN and +∞ are refused', () => {
  for (const values of [[], [0, Number.NaN], [Number.POSITIVE_INFINITY]]) {
    expect(() => logMeanExp(values)).toThrow(expect.objectContaining({ code: 'E_DATA' }));
  }
});

const meanOf = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

test('NLL: with the true posterior every weight is p(x): exact from one draw, all draws count the same', async () => {
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

test('NLL: with a proposal that is off it comes within .05 nats of ln p(x), where the bound of one draw is far', async () => {
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

test('NLL: on average it falls as the number of draws grows, and stays above the exact value', async () => {
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

test('NLL: weights that lie thousands of nats below 0 keep their digits, and the effective number of draws counts them', () => {
  const values = Float64Array.of(-4000, -4000, -4000, -5000);
  const { perImage, effectiveSampleSizes } = importanceSampledNll({ samples: 2, count: 2, values });
  expect(perImage[0]).toBe(4000);
  expect(perImage[1]).toBeCloseTo(4000 + Math.log(2), 9);
  expect(effectiveSampleSizes[0]).toBeCloseTo(2, 9);
  expect(effectiveSampleSizes[1]).toBeCloseTo(1, 9);
});

test('NLL: weights that are missing, not numbers or all 0 are refused', () => {
  const refused = (values: Float64Array, sizes: object, code: string) =>
    expect(() => importanceSampledNll({ samples: 2, count: 1, values, ...sizes })).toThrow(
      expect.objectContaining({ code }),
    );
  refused(Float64Array.of(0, 0, 0), {}, 'E_SHAPE');
  refused(new Float64Array(0), { samples: 0 }, 'E_CONFIG');
  refused(Float64Array.of(0, Number.NaN), {}, 'E_DATA');
  refused(Float64Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY), {}, 'E_DATA');
});

const dimensions = 784;

test('256 equally likely levels are 8 bits on every scale', () => {
  expect(bitsPerDim(dimensions * Math.log(256), dimensions)).toBeCloseTo(8, 12);
  // A uniform density over 256 level widths: −ln p = D · ln(256 · spacing).
  for (const levelSpacing of [1 / 127.5, 1 / 255, 1]) {
    const nats = dimensions * Math.log(256 * levelSpacing);
    expect(bitsPerDim(nats, dimensions, { levelSpacing })).toBeCloseTo(8, 12);
  }
});

test('images in [-1, 1] add log2 127.5 to the plain conversion, which would look better by that much', () => {
  const plain = bitsPerDim(-1000, dimensions);
  expect(bitsPerDim(-1000, dimensions, { levelSpacing: 1 / 127.5 }) - plain).toBeCloseTo(
    Math.log2(127.5),
    12,
  );
  expect(plain).toBeLessThan(0);
});

test('binary pixels at a fair coin each are 1 bit, and 89.78 nats are 0.165 bits per dimension', () => {
  expect(bitsPerDim(dimensions * Math.LN2, dimensions)).toBeCloseTo(1, 12);
  expect(bitsPerDim(89.78, dimensions)).toBeCloseTo(0.1652, 4);
});

test('bits per dimension: the way back is the inverse, and the number of dimensions matters', () => {
  const options = { levelSpacing: 1 / 127.5 };
  expect(natsOfBitsPerDim(bitsPerDim(123.4, 784, options), 784, options)).toBeCloseTo(123.4, 9);
  expect(natsOfBitsPerDim(bitsPerDim(123.4, 784, options), 784)).not.toBeCloseTo(123.4, 0);
});

test('bits per dimension: impossible numbers are refused', () => {
  for (const run of [
    () => bitsPerDim(Number.NaN, 1),
    () => bitsPerDim(1, 0),
    () => bitsPerDim(1, 1, { levelSpacing: 0 }),
    () => natsOfBitsPerDim(Number.POSITIVE_INFINITY, 1),
  ]) {
    expect(run).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  }
});
