// Perceptual path length: Karras, Laine and Aila (2019), "A style-based generator architecture for generative adversarial
// networks", arXiv 1812.04948, section 4.1: E[ d(G(path(t)), G(path(t + ε))) / ε² ].
// Where we differ: d is the squared Euclidean distance of the features given, not of a VGG network's; figures compare
// only with figures of the same feature model.
import { assertConfig, assertShape, type RandomStream, TintypeError, tf, v } from '@tintype/core-tensor';
import { quantile } from '../bootstrap/quantile.ts';
import { positive, wholeFrom } from '../config/option-schemas.ts';
import { type LatentSpace, latentPairs } from './latent-pairs.ts';

export interface PerceptualPathLengthOptions {
  /** Points of the space [b, …] → images; borrows, gives. One generator for z, another (synthesis alone) for w. */
  readonly generate: (latents: tf.Tensor2D) => tf.Tensor4D;
  /** Images → features [b, d]; borrows, gives. */
  readonly features: (images: tf.Tensor4D) => tf.Tensor2D;
  /** Numbers in a z, drawn from N(0, 1). */
  readonly latentDim: number;
  /** Where the paths run: `z` over the sphere, or straight in the `w` that `map` makes. @default { kind: 'z' } */
  readonly space?: LatentSpace;
  /** Paths. @default 1000 */
  readonly samples?: number;
  /** Paths at a time: 2 · batchSize images. @default 64 */
  readonly batchSize?: number;
  /** Length of the step, in shares of a path. float32 images leave about two digits at 1e-4. @default 1e-4 */
  readonly epsilon?: number;
  /** `full`: steps anywhere on a path; `end`: at its start, which a real latent is. @default 'full' */
  readonly sampling?: 'full' | 'end';
  /** Share of the paths left out of the mean on either side, below 0.5; reports of StyleGAN take 0.01. @default 0 */
  readonly trim?: number;
  /** Path i depends on `rng` and i alone, so not on the batch size. */
  readonly rng: RandomStream;
}

export interface PerceptualPathLength {
  /** Squared feature distance per squared share of a path, the mean over the paths that are kept. */
  readonly mean: number;
  /** Standard deviation over the paths that are kept ÷ √their number. */
  readonly standardError: number;
  /** Paths that are kept. */
  readonly kept: number;
  /** float64 [samples], in the order of the paths. */
  readonly lengths: Float64Array;
}

/**
 * How fast images change along paths between random latents: low where the space is smooth, high where it jumps.
 * @throws TintypeError `E_CONFIG`, `E_SHAPE`, or `E_NON_FINITE` for features that are not finite
 */
export async function perceptualPathLength(
  options: PerceptualPathLengthOptions,
): Promise<PerceptualPathLength> {
  const { samples = 1000, batchSize = 64, trim = 0, epsilon = 1e-4 } = options;
  const where = 'perceptualPathLength';
  assertConfig(wholeFrom(2), samples, `${where}.samples`);
  assertConfig(wholeFrom(1), batchSize, `${where}.batchSize`);
  assertConfig(wholeFrom(1), options.latentDim, `${where}.latentDim`);
  assertConfig(v.pipe(positive, v.maxValue(1)), epsilon, `${where}.epsilon`);
  assertConfig(v.pipe(v.number(), v.minValue(0), v.ltValue(0.5)), trim, `${where}.trim`);
  assertConfig(v.optional(v.picklist(['full', 'end'])), options.sampling, `${where}.sampling`);
  const lengths = new Float64Array(samples);
  for (let first = 0; first < samples; first += batchSize) {
    const count = Math.min(batchSize, samples - first);
    lengths.set(await measurePaths({ ...options, epsilon }, first, count), first);
  }
  return { ...trimmedMean(lengths, trim), lengths };
}

async function measurePaths(
  options: PerceptualPathLengthOptions & { readonly epsilon: number },
  first: number,
  count: number,
): Promise<Float64Array> {
  const { generate, features, epsilon } = options;
  const pairs = await latentPairs(options, first, count);
  const tensor = tf.tidy(() => {
    const ends = features(generate(tf.tensor2d(pairs.values, [2 * count, pairs.dimension])));
    assertShape(ends, [2 * count, null], 'perceptualPathLength.features');
    return ends;
  });
  const values = await tensor.data();
  tensor.dispose();
  const dimension = values.length / (2 * count);
  return Float64Array.from({ length: count }, (_, path) => {
    let sum = 0;
    for (let k = 0; k < dimension; k++) {
      sum += (values[(count + path) * dimension + k]! - values[path * dimension + k]!) ** 2;
    }
    if (Number.isFinite(sum)) return sum / epsilon ** 2;
    throw new TintypeError('E_NON_FINITE', {
      where: 'perceptualPathLength',
      what: `the features of path ${first + path} are not finite`,
    });
  });
}

function trimmedMean(lengths: Float64Array, trim: number): Omit<PerceptualPathLength, 'lengths'> {
  const ascending = lengths.slice().sort();
  const [low, high] = [quantile(ascending, trim), quantile(ascending, 1 - trim)];
  const kept = ascending.filter((length) => length >= low && length <= high);
  const mean = kept.reduce((sum, length) => sum + length, 0) / kept.length;
  const squares = kept.reduce((sum, length) => sum + (length - mean) ** 2, 0);
  const standardError = kept.length < 2 ? 0 : Math.sqrt(squares / (kept.length - 1) / kept.length);
  return { mean, standardError, kept: kept.length };
}
