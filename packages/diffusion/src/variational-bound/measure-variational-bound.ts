import { type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import type { DdpmVariance } from '../ddpm/config.ts';
import type { Condition, Denoiser } from '../denoiser.ts';
import { addNoise, type NoiseSchedule, predictedPartsAt } from '../noise-schedule/index.ts';
import { divideTimesteps, type Stratum } from './strata.ts';
import { priorTerm, variationalTerm } from './variational-term.ts';

export interface VariationalBoundOptions {
  /** Noise of image i at a timestep is a function of (rng, firstIndex + i, timestep) alone. */
  readonly rng: RandomStream;
  /** Index of the first image. @default 0 */
  readonly firstIndex?: number;
  /** Calls of the denoiser, 1 … T: with fewer than T each image draws one timestep of each stratum. @default T */
  readonly timestepCount?: number;
  readonly condition?: Condition;
  /** Clip the predicted x_0 to [-1, 1]. @default true */
  readonly clipDenoised?: boolean;
  /** Where the denoiser does not learn it. @default 'fixed-small' */
  readonly variance?: DdpmVariance;
  /** Stops between calls with `E_ABORTED`. */
  readonly signal?: AbortSignal;
}

/** What timesteps first … first + count − 1 contribute, means over the images. */
export interface BoundStratum extends Stratum {
  /** Their share of the bound, in bits per dimension. */
  readonly bitsPerDim: number;
  /** Mean squared error of the predicted x_0 and of the noise that it stands for. */
  readonly xStartError: number;
  readonly noiseError: number;
}

export interface VariationalBound {
  /** Upper bound of the negative log-likelihood, mean over the images: prior + every stratum. */
  readonly bitsPerDim: number;
  /**
   * Standard error of `bitsPerDim`, from the spread over the images: of the data, the noise and, with fewer timesteps than
   * T, of their choice. Infinite for one image.
   */
  readonly standardError: number;
  readonly priorBitsPerDim: number;
  /** Rising in t; with T of them each is one timestep. */
  readonly strata: readonly BoundStratum[];
  /** The bound of each image. */
  readonly perImage: Float64Array;
}

/**
 * The variational bound on −log p(x_0) of 8-bit images [b, h, w, c] in [-1, 1], decomposed by timestep (Ho et al. 2020,
 * eq. 5; Nichol & Dhariwal 2021, section 3). Unbiased with any number of timesteps.
 * Throws `E_CONFIG` for a timestepCount outside 1 … T, `E_SHAPE` without images, `E_ABORTED` when the signal fires.
 */
export async function measureVariationalBound(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  images: tf.Tensor4D,
  options: VariationalBoundOptions,
): Promise<VariationalBound> {
  const { timestepCount = schedule.timesteps, signal } = options;
  assertRequest(images, schedule, timestepCount);
  const prior = await readAll(priorTerm(schedule, images));
  const perImage = Float64Array.from(prior);
  const strata: BoundStratum[] = [];
  for (const [index, stratum] of divideTimesteps(schedule.timesteps, timestepCount).entries()) {
    await yieldUnlessAborted(signal);
    const terms = tf.tidy(() => termsOf(denoiser, schedule, images, { ...options, stratum, index }));
    const [bits, xStartErrors, noiseErrors] = rowsOf(await readAll(terms), images.shape[0]);
    bits!.forEach((value, i) => {
      perImage[i]! += value * stratum.count;
    });
    strata.push({
      ...stratum,
      bitsPerDim: mean(bits!) * stratum.count,
      xStartError: mean(xStartErrors!),
      noiseError: mean(noiseErrors!),
    });
  }
  return {
    bitsPerDim: mean(perImage),
    standardError: standardErrorOf(perImage),
    priorBitsPerDim: mean(prior),
    strata,
    perImage,
  };
}

type TermOptions = VariationalBoundOptions & { readonly stratum: Stratum; readonly index: number };

/** One timestep of the stratum for each image: bits per dimension, error of x_0 and error of the noise, [3, b]. */
function termsOf(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  images: tf.Tensor4D,
  { rng, firstIndex = 0, clipDenoised = true, condition, variance, stratum, index }: TermOptions,
): tf.Tensor2D {
  const { predictionType, varianceType } = denoiser;
  const [count, ...shape] = images.shape;
  const stream = rng.fork('variational-bound').fork(index);
  const noise = stream.normalRows(firstIndex, count, shape) as tf.Tensor4D;
  const t = drawTimesteps(stream.fork('timesteps'), stratum, firstIndex, count);
  const xt = addNoise(schedule, images, noise, t);
  const output = denoiser.predict(xt, t.toFloat(), { condition });
  const input = { predictionType, varianceType, output, xt, t, clipDenoised, variance, xStart: images };
  const { bitsPerDim, xStart } = variationalTerm(schedule, input);
  const { epsilon } = predictedPartsAt(schedule, xStart, 'sample', xt, t);
  const error = (a: tf.Tensor, b: tf.Tensor) => tf.squaredDifference(a, b).mean([1, 2, 3]);
  return tf.stack([bitsPerDim, error(xStart, images), error(epsilon, noise)]) as tf.Tensor2D;
}

/** A timestep of the stratum for each image, by the image's index alone; int32 [count]. */
function drawTimesteps(rng: RandomStream, stratum: Stratum, firstIndex: number, count: number): tf.Tensor1D {
  const drawn = Int32Array.from({ length: count }, (_, i) =>
    stratum.count === 1
      ? stratum.first
      : stratum.first + rng.fork(firstIndex + i).permutation(stratum.count)[0]!,
  );
  return tf.tensor1d(drawn, 'int32');
}

async function readAll(tensor: tf.Tensor): Promise<Float32Array> {
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return values;
}

function rowsOf(values: Float32Array, length: number): Float32Array[] {
  return [0, 1, 2].map((row) => values.subarray(row * length, (row + 1) * length));
}

function mean(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function standardErrorOf(values: Float64Array): number {
  const { length } = values;
  if (length < 2) return Number.POSITIVE_INFINITY;
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)) / (length - 1));
}

async function yieldUnlessAborted(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (!signal?.aborted) return;
  throw new TintypeError('E_ABORTED', { what: 'measuring was aborted', cause: signal.reason });
}

function assertRequest(images: tf.Tensor4D, schedule: NoiseSchedule, timestepCount: number): void {
  const where = 'measureVariationalBound';
  if (!(Number.isInteger(timestepCount) && timestepCount >= 1 && timestepCount <= schedule.timesteps)) {
    throw new TintypeError('E_CONFIG', {
      where: `${where}: timestepCount`,
      what: 'each call of the denoiser looks at a timestep of its own',
      got: timestepCount,
      expected: `1 … ${schedule.timesteps}`,
    });
  }
  if (images.rank === 4 && images.size > 0) return;
  throw new TintypeError('E_SHAPE', {
    where: `${where}: images`,
    what: 'there must be images to measure',
    got: images.shape,
    expected: '[b, h, w, c]',
  });
}
