import type { PointDataset } from '../dataset.ts';
import { assertPointCount, drawAround, type PointSetOptions, readIntegers } from './point-mixture.ts';

const components = 8;

/** Radius of the ring and standard deviation of each component. */
export const eightGaussiansShape = { radius: 2, standardDeviation: 0.02 } as const;

/**
 * A ring of eight Gaussians of radius 2 and standard deviation 0.02, equally likely: the mode-coverage test of
 * Metz et al. 2016, "Unrolled generative adversarial networks", arXiv 1611.02163. Labels are the components,
 * counter-clockwise from (2, 0). Throws `E_DATA` for a count below 1.
 */
export async function createEightGaussians(options: PointSetOptions): Promise<PointDataset> {
  assertPointCount(options.count, 'createEightGaussians');
  const { radius, standardDeviation } = eightGaussiansShape;
  const component = await readIntegers(options.rng.fork('component'), options.count, components);
  return drawAround('eight-gaussians', options, standardDeviation, (index) => {
    const label = component[index]!;
    const angle = (2 * Math.PI * label) / components;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), label };
  });
}
