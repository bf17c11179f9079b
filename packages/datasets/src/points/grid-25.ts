import type { PointDataset } from '../dataset.ts';
import { assertPointCount, drawAround, type PointSetOptions, readIntegers } from './point-mixture.ts';

const side = 5;

/** Distance between neighbouring components and standard deviation of each. */
export const grid25Shape = { spacing: 2, standardDeviation: 0.05 } as const;

/**
 * Twenty-five Gaussians on the grid {−4, −2, 0, 2, 4}², standard deviation 0.05, equally likely
 * (Dumoulin et al. 2017, arXiv 1606.00704). Labels run along x first. Throws `E_DATA` for a count below 1.
 */
export async function createGrid25(options: PointSetOptions): Promise<PointDataset> {
  assertPointCount(options.count, 'createGrid25');
  const { spacing, standardDeviation } = grid25Shape;
  const component = await readIntegers(options.rng.fork('component'), options.count, side * side);
  return drawAround('grid-25', options, standardDeviation, (index) => {
    const label = component[index]!;
    const x = ((label % side) - (side - 1) / 2) * spacing;
    const y = (Math.floor(label / side) - (side - 1) / 2) * spacing;
    return { x, y, label };
  });
}
