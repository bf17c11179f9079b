import { type RandomStream, TintypeError, tf } from '@tintype/core-tensor';
import type { Condition, Denoiser, SamplerStep } from '../denoiser.ts';
import type { SamplerStepInput, SamplerStepResult } from './denoised-parts.ts';

/** What every sampler takes, beside the options of its own kind. */
export interface SampleOptions {
  /** Shape of one sample, [h, w, c]. */
  readonly shape: readonly [number, number, number];
  /** Samples in this batch, an integer ≥ 1. */
  readonly count: number;
  /** Index of the first: sample i is the same image in any batch. @default 0 */
  readonly firstIndex?: number;
  readonly rng: RandomStream;
  /** Start from this instead of drawn noise, [count, h, w, c]; borrowed. */
  readonly initialNoise?: tf.Tensor4D;
  /** Passed to the denoiser at every step; borrowed. */
  readonly condition?: Condition;
  /** Clip the predicted x_0 at every step. @default true */
  readonly clipDenoised?: boolean;
  /** Bound of that clipping, > 0. @default 1 */
  readonly clipRange?: number;
  /** Called, and awaited, after each step. Its tensors are freed when it returns. */
  readonly onStep?: (progress: SampleProgress) => void | Promise<void>;
  /** Stops between steps with `E_ABORTED`. */
  readonly signal?: AbortSignal;
}

export type SampleProgress = SamplerStepResult & {
  /** Steps done, 1 … count. */
  readonly stepsDone: number;
  readonly stepCount: number;
  readonly step: SamplerStep;
};

export type StepFunction<Step extends SamplerStep = SamplerStep> = (
  input: SamplerStepInput<Step>,
) => SamplerStepResult;

/** A sampler before it runs: its steps, one for each call of the denoiser, and what each does. */
export interface SamplerPlan<Step extends SamplerStep = SamplerStep> {
  readonly steps: readonly Step[];
  readonly takeStep: StepFunction<Step>;
}

/**
 * Draws x_T, walks the steps and gives x_0, [count, h, w, c]. Noise is a function of (rng, sample index, step) alone;
 * a step without variance draws none. The event loop gets its turn between steps.
 */
export async function runSampler<Step extends SamplerStep>(
  denoiser: Denoiser,
  { steps, takeStep }: SamplerPlan<Step>,
  options: SampleOptions,
): Promise<tf.Tensor4D> {
  assertSampleOptions(options);
  assertSignal(denoiser, steps);
  const noise = options.rng.fork('sample');
  const draw = (rng: RandomStream) =>
    rng.normalRows(options.firstIndex ?? 0, options.count, options.shape) as tf.Tensor4D;
  let xt = options.initialNoise?.clone() ?? draw(noise.fork('initial'));
  let carried: readonly tf.Tensor4D[] | undefined;
  try {
    for (const [index, step] of steps.entries()) {
      await yieldUnlessAborted(options.signal);
      const { xPrevious, xStart, ...rest } = tf.tidy(() => {
        const t = tf.fill([options.count], step.t) as tf.Tensor1D;
        const prediction = denoiser.predict(xt, t, { condition: options.condition, step });
        const drawn = step.variance > 0 ? { noise: draw(noise.fork(index)) } : {};
        const { predictionType, varianceType } = denoiser;
        return takeStep({
          step,
          xt,
          prediction,
          predictionType,
          varianceType,
          clipRange: options.clipRange,
          carried,
          ...drawn,
        });
      });
      tf.dispose([xt, ...(carried ?? [])]);
      xt = xPrevious;
      carried = rest.carried;
      try {
        const progress = { stepsDone: index + 1, stepCount: steps.length, step, xPrevious, xStart };
        await unlessAborted(options.onStep?.(progress), options.signal);
      } finally {
        xStart.dispose();
      }
    }
    return xt;
  } catch (error) {
    xt.dispose();
    throw error;
  } finally {
    tf.dispose([...(carried ?? [])]);
  }
}

async function yieldUnlessAborted(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (signal?.aborted) throw aborted(signal);
}

/** Waits for a callback, but not for one that never settles once the signal has fired. */
async function unlessAborted(settling: void | Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal || !settling) return settling;
  let stop = () => {};
  const fired = new Promise<never>((_, reject) => {
    stop = () => reject(aborted(signal));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    await Promise.race([settling, fired]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function aborted(signal: AbortSignal): TintypeError {
  return new TintypeError('E_ABORTED', { what: 'sampling was aborted', cause: signal.reason });
}

/** At ᾱ = 0 a predicted ε says nothing about x_0: say so before the first step. */
function assertSignal({ predictionType }: Denoiser, steps: readonly SamplerStep[]): void {
  if (predictionType !== 'epsilon' || steps.every(({ alphaCumprod }) => alphaCumprod > 0)) return;
  throw new TintypeError('E_CONFIG', {
    where: 'sample: denoiser',
    what: 'the noise holds no information about the image where alphaCumprod is 0',
    got: 'epsilon prediction',
    expected: 'v or sample prediction',
    remedy: 'Start at a later timestep, or use a schedule without rescaleBetasZeroSnr',
  });
}

function assertSampleOptions(options: SampleOptions): void {
  const { count, shape, clipRange = 1, initialNoise, firstIndex = 0 } = options;
  const isCount = (value: number, least: number) => Number.isInteger(value) && value >= least;
  const refuse = (where: string, got: unknown, expected: string) => {
    throw new TintypeError('E_CONFIG', {
      where: `sample: ${where}`,
      what: 'impossible value',
      got,
      expected,
    });
  };
  if (!isCount(count, 1)) refuse('count', count, 'an integer ≥ 1');
  if (!isCount(firstIndex, 0)) refuse('firstIndex', firstIndex, 'an integer ≥ 0');
  if (!shape.every((size) => isCount(size, 1))) refuse('shape', shape, 'three integers ≥ 1');
  if (!(clipRange > 0)) refuse('clipRange', clipRange, 'a number > 0');
  const expected = [count, ...shape];
  if (initialNoise && expected.some((size, axis) => initialNoise.shape[axis] !== size)) {
    throw new TintypeError('E_SHAPE', {
      where: 'sample: initialNoise',
      what: 'the noise does not have the shape of the samples',
      got: initialNoise.shape,
      expected,
    });
  }
}
