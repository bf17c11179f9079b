import type { RandomStream } from '@tintype/core-tensor';
import { type BootstrapOptions, bootstrapInterval, type Interval } from '../bootstrap/bootstrap-interval.ts';
import { drawResample } from '../bootstrap/draw-resample.ts';
import type { Features } from '../features/features.ts';
import { selectRows } from '../features/select-rows.ts';
import { frechetDistance } from '../frechet/frechet-distance.ts';
import { createStatistics } from '../statistics/create-statistics.ts';
import type { FeatureStatistics } from '../statistics/feature-statistics.ts';

const mostBlocks = 100;

/**
 * Where the Fréchet distance of another draw of as many rows would lie. Both sides are resampled, in up to 100 blocks of
 * rows taken at random, so that a resample costs the same for any n. Resampled distances lie too high, since repeated
 * rows narrow a set: only their spread is used, about the value itself. On drawn Gaussians well above the
 * floor 37 of 40 intervals of 90 % held the mean score; at the floor they are two to three times too wide.
 */
export function distanceInterval(
  real: Features,
  fake: Features,
  value: number,
  { rng, ...settings }: BootstrapOptions,
): Interval {
  const realBlocks = blocksOf(real, rng.fork('real blocks'));
  const fakeBlocks = blocksOf(fake, rng.fork('fake blocks'));
  const [realDraws, resamples] = [rng.fork('real resamples'), rng.fork('resamples')];
  let [sum, count] = [0, 0];
  const { low, high } = bootstrapInterval(
    fakeBlocks.length,
    (indices) => {
      const realIndices = drawResample(realBlocks.length, realDraws.fork(count));
      const distance = frechetDistance(merged(realBlocks, realIndices), merged(fakeBlocks, indices));
      sum += distance;
      count += 1;
      return distance;
    },
    { ...settings, rng: resamples },
  );
  const shift = value - sum / count;
  return { low: Math.max(0, low + shift), high: high + shift };
}

function blocksOf(features: Features, rng: RandomStream): readonly FeatureStatistics[] {
  const { count, dimension } = features;
  const order = rng.permutation(count);
  const blocks = Math.min(mostBlocks, count);
  return Array.from({ length: blocks }, (_, i) => {
    const rows = order.subarray(Math.floor((i * count) / blocks), Math.floor(((i + 1) * count) / blocks));
    const statistics = createStatistics(dimension);
    statistics.add(selectRows(features, rows));
    return statistics.result();
  });
}

function merged(blocks: readonly FeatureStatistics[], indices: Int32Array): FeatureStatistics {
  const statistics = createStatistics(blocks[0]!.mean.length);
  for (const index of indices) statistics.merge(blocks[index]!);
  return statistics.result();
}
