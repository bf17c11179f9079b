import { TintypeError } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { featuresOf } from '../features/drawn-features.test-support.ts';
import { drawModes } from '../features/drawn-modes.test-support.ts';
import { frechetDistance } from '../frechet/frechet-distance.ts';
import { computeStatistics } from '../statistics/compute-statistics.ts';
import { type IntraFrechetOptions, intraFrechetDistance } from './intra-frechet-distance.ts';

const labelsOf = (classes: number, perClass: number): Int32Array =>
  Int32Array.from({ length: classes * perClass }, (_, row) => Math.floor(row / perClass));

test('two points a class: means and spreads worked out by hand', () => {
  // Class 0: 0, 2 (mean 1, sd √2) against 4, 4 (mean 4, sd 0); class 1: the same on both sides.
  const value = intraFrechetDistance({
    real: featuresOf([[0], [10], [2], [14]]),
    realLabels: [0, 1, 0, 1],
    fake: featuresOf([[14], [4], [10], [4]]),
    fakeLabels: [1, 0, 1, 0],
    numClasses: 2,
  });
  expect(value.perClass[0]).toBeCloseTo(9 + 2, 13);
  expect(value.perClass[1]).toBeCloseTo(0, 13);
  expect(value.mean).toBeCloseTo(5.5, 13);
});

test('labels that are ignored leave the distance of the whole and fail within the classes', async () => {
  const [real, fake] = [await drawModes(3, 60, 'real'), await drawModes(3, 60, 'fake')];
  const realLabels = labelsOf(3, 60);
  const right = intraFrechetDistance({ real, realLabels, fake, fakeLabels: realLabels, numClasses: 3 });
  // The same images, each label asked for in turn instead of as made.
  const fakeLabels = realLabels.map((_, row) => row % 3);
  const ignored = intraFrechetDistance({ real, realLabels, fake, fakeLabels, numClasses: 3 });
  expect(right.mean).toBeLessThan(1);
  expect(ignored.mean).toBeGreaterThan(1000 * right.mean);
  expect(frechetDistance(computeStatistics(real), computeStatistics(fake))).toBeLessThan(1);
});

const good: IntraFrechetOptions = {
  real: featuresOf([[0], [1], [2], [3]]),
  realLabels: [0, 0, 1, 1],
  fake: featuresOf([[0], [1], [2], [3]]),
  fakeLabels: [0, 0, 1, 1],
  numClasses: 2,
};
test.each<[string, Partial<IntraFrechetOptions>, string, RegExp]>([
  ['a class nothing was made of', { fakeLabels: [0, 0, 0, 0] }, 'E_DATA', /fake.*class 1.*got 0/],
  ['a class with one image', { realLabels: [0, 1, 1, 1] }, 'E_DATA', /real.*class 0.*got 1/],
  ['a label beyond the classes', { fakeLabels: [0, 0, 1, 2] }, 'E_LABEL', /fakeLabels\[3\].*got 2/],
  ['labels of another number', { realLabels: [0, 1] }, 'E_LABEL', /got 2 labels, expected 4/],
  ['no classes', { numClasses: 0 }, 'E_CONFIG', /numClasses/],
  [
    'another dimension',
    {
      fake: featuresOf([
        [0, 1],
        [1, 1],
      ]),
    },
    'E_SHAPE',
    /got 2, expected 1/,
  ],
])('%s is refused', (_, bad, code, message) => {
  const act = () => intraFrechetDistance({ ...good, ...bad });
  expect(act).toThrow(TintypeError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ code }));
});
