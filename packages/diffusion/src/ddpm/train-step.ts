import {
  accumulateGradients,
  assertAccumulate,
  type Batch,
  clipByGlobalNorm,
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  type ParameterTree,
  type RandomStream,
  rowsOfStream,
  TintypeError,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import type { Condition, Denoiser } from '../denoiser.ts';
import type { NoiseSchedule } from '../noise-schedule/index.ts';
import { createUniformTimestepSampler, type TimestepSampler } from '../timestep-sampler/index.ts';
import { assertLossKind, type DdpmLossKind, defaultLossKind } from './config.ts';
import { ddpmLoss } from './loss.ts';

// Denoising diffusion probabilistic models: learn to predict the noise that was mixed into an image.
// Ho, Jain, Abbeel (2020), "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, algorithm 1.
//   t ~ U{0 … T−1}, ε ~ N(0, I);  minimise ‖ε − ε_θ(√ᾱ_t x_0 + √(1 − ᾱ_t) ε, t)‖²
// Differences from the paper: the network may predict x_0 or v instead, and learn its variance (Nichol & Dhariwal 2021,
// arXiv 2102.09672); the loss may be weighted by timestep, timesteps drawn by their losses.

export interface DdpmOptimizers {
  readonly denoiser: Optimizer;
}

export interface DdpmTrainStepOptions {
  readonly schedule: NoiseSchedule;
  /** Updated after every step; freed with the train step. */
  readonly ema?: Ema;
  /** Largest global norm of the gradients, > 0; null does not clip. @default 1 */
  readonly gradientClip?: number | null;
  /** What is minimised, see `ddpmLoss`. @default 'simple', or 'hybrid' where the denoiser learns its variance */
  readonly loss?: DdpmLossKind;
  /** λ of the hybrid loss, > 0. @default 0.001 */
  readonly vlbWeight?: number;
  /** Weight of each timestep's squared error, [T]. @default 1 throughout */
  readonly timestepWeights?: Float64Array;
  /** Which timesteps are drawn; freed with the train step. @default uniform */
  readonly timestepSampler?: TimestepSampler;
  /** What of the batch conditions the denoiser; owns nothing. @default nothing */
  readonly condition?: (batch: Batch, rng: RandomStream) => Condition;
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding. @default 1
   */
  readonly accumulate?: number;
}

/**
 * One phase, `denoiser`: batch `images` [b, h, w, c] in [-1, 1] → scalars `loss`, `simple` and `vlb` where the loss has
 * both parts, and, where it is clipped, `gradientNorm` before clipping. Timesteps, noise and dropout are functions of the
 * phase's rng, and timesteps also of the sampler's history. Throws `E_CONFIG` for a clip that is not above 0, an impossible
 * `accumulate`, or a loss that does not fit the denoiser's variance.
 */
export function createDdpmTrainStep(
  model: Denoiser & { readonly parameters: ParameterTree },
  optimizers: DdpmOptimizers,
  options: DdpmTrainStepOptions,
): TrainStep {
  const { schedule, ema, gradientClip = 1, timestepWeights, condition, accumulate = 1 } = options;
  const { loss = defaultLossKind(model.varianceType), vlbWeight = 0.001 } = options;
  assertClip(gradientClip);
  assertAccumulate('createDdpmTrainStep', accumulate);
  assertLossKind(model, { loss, vlbWeight });
  const optimizer = optimizers.denoiser;
  const sampler = options.timestepSampler ?? createUniformTimestepSampler(schedule);

  function run(batch: Batch, rng: RandomStream): Record<string, tf.Scalar> {
    return tf.tidy((): Record<string, tf.Scalar> => {
      // Draw a timestep and noise for each image.
      const xStart = batch.images as tf.Tensor4D;
      const { t, weights } = sampler.draw(rng.fork('timesteps'), xStart.shape[0]);
      const noise = rng.fork('noise').normal<tf.Rank.R4>(xStart.shape);
      const given = condition?.(batch, rng.fork('condition'));
      const whole = { xStart, noise, t, ...(weights && { sampleWeights: weights }), ...withPrefix(given) };
      // Descend on the loss, in slices, and keep what each image contributed.
      const sampleLosses: tf.Tensor1D[] = [];
      const onSampleLosses =
        sampler.update && ((each: tf.Tensor1D) => sampleLosses.push(tf.keep(each.clone())));
      const terms = { loss, vlbWeight, timestepWeights, ...(onSampleLosses && { onSampleLosses }) };
      try {
        const { losses, gradients } = accumulateGradients(whole, accumulate, (slice, rows) => {
          const dropoutRng = rowsOfStream(rng.fork('dropout'), rows);
          const input = { ...slice, ...terms, condition: given && withoutPrefix(slice), dropoutRng };
          return computeGradients(() => ddpmLoss(model, schedule, input), model.parameters);
        });
        const clipped = gradientClip === null ? undefined : clipByGlobalNorm(gradients, gradientClip);
        optimizer.step(clipped?.gradients ?? gradients);
        ema?.update();
        sampler.update?.(t, tf.concat(sampleLosses) as tf.Tensor1D);
        const { total, ...parts } = losses;
        return { loss: total!, ...parts, ...(clipped && { gradientNorm: clipped.norm }) };
      } finally {
        tf.dispose(sampleLosses);
      }
    });
  }

  return {
    phases: [{ name: 'denoiser', interval: 1, run: (batch, { rng }) => run(batch, rng) }],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { denoiser: optimizer },
      ema,
      parts: sampler.state ? { timestepSampler: sampler.state } : {},
    }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
      sampler.dispose();
    },
  };
}

const prefix = 'condition/';

/** The condition's tensors under names that no other tensor of a batch has. */
function withPrefix(condition: Condition = {}): Condition {
  return Object.fromEntries(Object.entries(condition).map(([name, tensor]) => [prefix + name, tensor]));
}

function withoutPrefix(tensors: Condition): Condition {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function assertClip(gradientClip: number | null): void {
  if (gradientClip === null || gradientClip > 0) return;
  throw new TintypeError('E_CONFIG', {
    where: 'createDdpmTrainStep: gradientClip',
    what: 'the largest gradient norm must be above 0',
    got: gradientClip,
    remedy: 'Pass null to leave the gradients as they are',
  });
}
