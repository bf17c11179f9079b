import {
  assertConfig,
  assertShape,
  createRandomStream,
  type InterpolateLatentsOptions,
  interpolateLatents,
  tf,
  v,
} from '@tintype/core-tensor';
import { type DdimSampleOptions, sampleDdim } from '../ddim/sample.ts';
import type { DdimInversionConfig } from '../ddim-inversion/config.ts';
import { invertDdim } from '../ddim-inversion/invert.ts';
import type { Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';

// A path of images between two: their noises by inversion, the path between those, and each point decoded.
// Song, Meng, Ermon (2021), "Denoising Diffusion Implicit Models", arXiv 2010.02502, section 5.3 and appendix D.5.
// Differences from the paper: it goes between images, not between drawn noises.

export type InterpolateImagesOptions = DdimInversionConfig &
  InterpolateLatentsOptions &
  Pick<DdimSampleOptions, 'condition' | 'signal'>;

/**
 * Images [n, h, w, c] and images [n, h, w, c] in [-1, 1] → the `steps` images from each to its partner, both ends included as
 * the denoiser makes them of their noise: [n · steps, h, w, c], a row after the other. `kind` is 'spherical' unless given:
 * noise on a straight way is too short. `condition` holds one row for each pair and is kept along its way.
 * Throws `E_CONFIG` unless steps ≥ 2 and for other impossible options, `E_SHAPE`, `E_ABORTED` when the signal fires.
 */
export async function interpolateImages(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  from: tf.Tensor4D,
  to: tf.Tensor4D,
  steps: number,
  { kind = 'spherical', ...options }: InterpolateImagesOptions = {},
): Promise<tf.Tensor4D> {
  assertShape(from, [null, null, null, null], 'interpolateImages: from');
  assertShape(to, from.shape, 'interpolateImages: to');
  assertConfig(v.pipe(v.number(), v.integer(), v.minValue(2)), steps, 'interpolateImages.steps');
  const [pairs, ...shape] = from.shape;
  // Which pair's condition each row takes: first the ends, then the points between.
  const rows = Array.from({ length: pairs }, (_, pair) => pair);
  const ends = tf.tidy(() => tf.concat([from, to], 0));
  const endCondition = repeated(options.condition, [...rows, ...rows]);
  const condition = repeated(
    options.condition,
    rows.flatMap((row) => Array.from({ length: steps }, () => row)),
  );
  const owned: tf.Tensor[] = [
    ends,
    ...Object.values({ ...endCondition }),
    ...Object.values({ ...condition }),
  ];
  try {
    const noise = await invertDdim(denoiser, schedule, ends, { ...options, condition: endCondition });
    owned.push(noise);
    const path = tf.tidy(() =>
      interpolateLatents(noise.slice(0, pairs), noise.slice(pairs, pairs), steps, { kind }),
    );
    owned.push(path);
    return await sampleDdim(denoiser, schedule, {
      ...options,
      condition,
      shape,
      count: pairs * steps,
      rng: createRandomStream('interpolateImages'),
      initialNoise: path,
      clipDenoised: false,
    });
  } finally {
    tf.dispose(owned);
  }
}

function repeated(condition: DdimSampleOptions['condition'], rows: readonly number[]) {
  if (!condition) return undefined;
  const picked = Object.entries(condition).map(
    ([name, tensor]) => [name, tf.tidy(() => tf.gather(tensor, tf.tensor1d([...rows], 'int32')))] as const,
  );
  return Object.fromEntries(picked);
}
