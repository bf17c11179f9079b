import type { PointDataset } from '../dataset.ts';
import {
  assertPointCount,
  drawAround,
  type PointSetOptions,
  readIntegers,
  readUniform,
} from './point-mixture.ts';

/** Standard deviation of the noise around the two arcs. */
export const twoMoonsShape = { standardDeviation: 0.05 } as const;

/**
 * Two interleaved half circles of radius 1: label 0 is the upper one around (0, 0), label 1 the lower one around
 * (1, 0.5), with Gaussian noise of 0.05. Throws `E_DATA` for a count below 1.
 */
export async function createTwoMoons(options: PointSetOptions): Promise<PointDataset> {
  assertPointCount(options.count, 'createTwoMoons');
  const component = await readIntegers(options.rng.fork('component'), options.count, 2);
  const position = await readUniform(options.rng.fork('position'), options.count);
  return drawAround('two-moons', options, twoMoonsShape.standardDeviation, (index) => {
    const label = component[index]!;
    const angle = Math.PI * position[index]!;
    return label === 0
      ? { x: Math.cos(angle), y: Math.sin(angle), label }
      : { x: 1 - Math.cos(angle), y: 0.5 - Math.sin(angle), label };
  });
}
