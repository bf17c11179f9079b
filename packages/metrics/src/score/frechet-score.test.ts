import { createRandomStream, TintypeError } from '@tintype/core-tensor';
import { describe, expect, test } from 'vitest';
import { drawFeatures } from '../features/drawn-features.test-support.ts';
import { shifted } from '../features/drawn-modes.test-support.ts';
import type { Features } from '../features/features.ts';
import { frechetDistance } from '../frechet/frechet-distance.ts';
import { computeStatistics } from '../statistics/compute-statistics.ts';
import { describeScore } from './describe-score.ts';
import { type FrechetScoreOptions, frechetScore } from './frechet-score.ts';

const dimension = 4;
const model = { scoreName: 'FID-Test', hash: '0123456789abcdef', dimension };
const draw = (seed: string, count: number, mean = 0) => drawFeatures({ count, dimension, seed, mean });

async function request(overrides: Partial<FrechetScoreOptions> = {}): Promise<FrechetScoreOptions> {
  const [real, fake, knownBad] = [
    await draw('real', 400),
    await draw('fake', 200, 0.5),
    await draw('bad', 200, 3),
  ];
  return { model, real, fake, knownBad, rng: createRandomStream(7), resamples: 40, ...overrides };
}

describe('a report', () => {
  test('holds the distance, an interval around it, n, floor, ceiling, name and hash', async () => {
    const options = await request();
    const report = frechetScore(options);
    const distance = (a: Features, b: Features) =>
      frechetDistance(computeStatistics(a), computeStatistics(b));
    expect(report).toMatchObject({ name: 'FID-Test', hash: '0123456789abcdef', dimension, confidence: 0.95 });
    expect(report.value).toBe(distance(options.real, options.fake));
    expect(report.interval.low).toBeLessThan(report.value);
    expect(report.interval.high).toBeGreaterThan(report.value);
    expect(report.n).toEqual({ real: 400, fake: 200, floor: { real: 200, heldOut: 200 }, knownBad: 200 });
    expect(report.knownBadCeiling).toBe(distance(options.real, options.knownBad));
    expect(report.remarks).toEqual([]);
    // 4 · 0.5² = 1 apart, the known bad 4 · 3² = 36; the floor is sampling noise.
    expect(report.realVsRealFloor).toBeLessThan(0.3);
    expect(report.value).toBeGreaterThan(2 * report.realVsRealFloor);
    expect(report.value).toBeLessThan(report.knownBadCeiling / 10);
  });

  test('is the same for the same stream', async () => {
    const options = await request();
    expect(frechetScore(options)).toEqual(frechetScore(options));
    expect(frechetScore({ ...options, rng: createRandomStream(8) }).interval).not.toEqual(
      frechetScore(options).interval,
    );
  });

  test('takes the floor of held-out images where there are some, of the same n', async () => {
    const heldOut = await draw('held', 500);
    const report = frechetScore(await request({ heldOut }));
    expect(report.n.floor).toEqual({ real: 400, heldOut: 200 });
    expect(report.realVsRealFloor).toBeLessThan(0.3);
    // A held-out set that is not like the real one shows as a floor that is none.
    const other = frechetScore(await request({ heldOut: shifted(heldOut, 2) }));
    expect(other.realVsRealFloor).toBeGreaterThan(10);
  });
});

describe('the floor', () => {
  test('is about the score of a perfect generator, and both fall as n grows', async () => {
    const at = async (n: number) => {
      const report = frechetScore(
        await request({ real: await draw(`r${n}`, 4 * n), fake: await draw(`f${n}`, n), resamples: 2 }),
      );
      return { value: report.value, floor: report.realVsRealFloor };
    };
    const [few, many] = [await at(50), await at(1000)];
    expect(few.floor).toBeGreaterThan(5 * many.floor);
    expect(few.value).toBeGreaterThan(5 * many.value);
    for (const { value, floor } of [few, many]) {
      expect(value / floor).toBeGreaterThan(1 / 3);
      expect(value / floor).toBeLessThan(3);
    }
  });
});

describe('the interval', () => {
  const scores = async (mean: number) => {
    const reports = [];
    for (let i = 0; i < 30; i++) {
      const [real, fake] = [await draw(`real ${i}`, 150), await draw(`fake ${i}`, 80, mean)];
      const rng = createRandomStream(i);
      reports.push(frechetScore(await request({ real, fake, rng, resamples: 40, confidence: 0.9 })));
    }
    return reports;
  };

  test('of 90 % holds the mean score of 30 fresh draws in nearly all; one ten times narrower does not', async () => {
    const reports = await scores(0.5);
    const mean = reports.reduce((sum, { value }) => sum + value, 0) / reports.length;
    const covering = (width: number) =>
      reports.filter(({ value, interval: { low, high } }) => {
        const [from, to] = [value + (low - value) * width, value + (high - value) * width];
        return from <= mean && mean <= to;
      }).length / reports.length;
    expect(covering(1)).toBeGreaterThan(0.75);
    expect(covering(0.1)).toBeLessThan(0.4);
  });
});

describe('remarks', () => {
  test('say that n is too small for the dimension', async () => {
    const { remarks } = frechetScore(await request({ fake: await draw('few', 4) }));
    expect(remarks).toEqual([expect.stringMatching(/^4 images are too few for 4 features: .*singular/)]);
    expect(frechetScore(await request({ fake: await draw('few', 5) })).remarks).toEqual([]);
  });

  test('say that the floor is of fewer images than the score', async () => {
    const { remarks } = frechetScore(await request({ real: await draw('real', 100) }));
    expect(remarks).toEqual([expect.stringMatching(/floor is of 50 images where the score is of 200/)]);
  });

  test('say that a generator is no better than the known bad', async () => {
    const { remarks } = frechetScore(await request({ fake: await draw('worse', 200, 5) }));
    expect(remarks).toEqual([expect.stringMatching(/no better than that of known-bad/)]);
  });

  test('say that the features tell nothing, where known-bad images look real', async () => {
    const { remarks } = frechetScore(await request({ knownBad: (await request()).real }));
    expect(remarks).toEqual([expect.stringMatching(/these features tell nothing/)]);
  });

  test('say that copies of the real images score better than real images do', async () => {
    const real = await draw('real', 400);
    const heldOut = shifted(await draw('held', 400), 0.7);
    const { remarks } = frechetScore(
      await request({ real, fake: real, heldOut, knownBad: shifted(heldOut, 3) }),
    );
    expect(remarks).toEqual([expect.stringMatching(/below the floor: look for copies/)]);
  });
});

describe('one line', () => {
  test('says all of it', async () => {
    const line = describeScore(frechetScore(await request()));
    expect(line).toMatch(
      /^FID-Test [\d.]+ \(95 % [\d.]+ … [\d.]+; n 200 against 400 real; real-vs-real floor [\d.]+; known bad [\d.]+; features 0123456789abcdef\)$/,
    );
  });

  test('rounds to three digits and ends in the remarks', () => {
    const line = describeScore({
      name: 'FID-LeNet',
      hash: 'ff',
      dimension: 64,
      value: 41.2345,
      interval: { low: 0.012345, high: 12345.6 },
      confidence: 0.9,
      n: { real: 20, fake: 10, floor: { real: 10, heldOut: 10 }, knownBad: 10 },
      realVsRealFloor: 1.2e-7,
      knownBadCeiling: 850.4,
      remarks: ['too few', 'too bad'],
    });
    expect(line).toBe(
      'FID-LeNet 41.2 (90 % 0.0123 … 12346; n 10 against 20 real; real-vs-real floor 1.2e-7; known bad 850; features ff); note: too few; note: too bad',
    );
  });
});

const empty: Features = { count: 0, dimension, values: new Float32Array(0) };
const one: Features = { count: 1, dimension, values: new Float32Array(dimension) };
const flat: Features = { count: 4, dimension: 2, values: new Float32Array(8) };
const poisoned: Features = { count: 4, dimension, values: new Float32Array(16).fill(Number.NaN, 9, 10) };
test.each<[string, Partial<FrechetScoreOptions>, string, RegExp]>([
  ['no images', { fake: empty }, 'E_DATA', /fake: .*got 0.*at least 2/],
  ['one image', { fake: one }, 'E_DATA', /fake: .*got 1.*at least 2/],
  ['one real image', { real: one }, 'E_DATA', /real: .*got 1.*at least 4/],
  ['features of another model', { real: flat }, 'E_SHAPE', /not of FID-Test.*dimension 2.*expected 4/],
  ['a known bad of another model', { knownBad: flat }, 'E_SHAPE', /knownBad: .*got 2, expected 4/],
  ['NaN among held-out features', { heldOut: poisoned }, 'E_DATA', /heldOut: value 1 of row 2/],
  ['a confidence of 95', { confidence: 95 }, 'E_CONFIG', /confidence.*got 95/],
  [
    'a misspelt option',
    { confidance: 0.9 } as Partial<FrechetScoreOptions>,
    'E_UNKNOWN_OPTION',
    /nearest is confidence/,
  ],
  ['no resamples', { resamples: 0 }, 'E_CONFIG', /resamples.*got 0/],
])('%s is refused', async (_, bad, code, message) => {
  const options = await request(bad);
  const act = () => frechetScore(options);
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code }));
});
