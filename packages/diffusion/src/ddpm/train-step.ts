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
import { ddpmLoss } from './loss.ts';

// Denoising diffusion probabilistic models: learn to predict the noise that was mixed into an image.
// Ho, Jain, Abbeel (2020), "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, algorithm 1.
//   t ~ U{0 … T−1}, ε ~ N(0, I);  minimise ‖ε − ε_θ(√ᾱ_t x_0 + √(1 − ᾱ_t) ε, t)‖²
// Differences from the paper: the network may predict x_0 or v instead; the loss may be weighted by timestep.

export interface DdpmOptimizers {
  readonly denoiser: Optimizer;
}

export interface DdpmTrainStepOptions {
  readonly schedule: NoiseSchedule;
  /** Updated after every step; freed with the train step. */
  readonly ema?: Ema;
  /** Largest global norm of the gradients, > 0; null does not clip. @default 1 */
  readonly gradientClip?: number | null;
  /** Weight of each timestep's squared error, [T]. @default 1 throughout */
  readonly timestepWeights?: Float64Array;
  /** What of the batch conditions the denoiser; owns nothing. @default nothing */
  readonly condition?: (batch: Batch, rng: RandomStream) => Condition;
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding. @default 1
   */
  readonly accumulate?: number;
}

/**
 * One phase, `denoiser`: batch `images` [b, h, w, c] in [-1, 1] → scalars `loss` and, where it is clipped,
 * `gradientNorm` before clipping. Timesteps, noise and dropout are functions of the phase's rng.
 * Throws `E_CONFIG` for a clip that is not above 0 or an impossible `accumulate`.
 */
export function createDdpmTrainStep(
  model: Denoiser & { readonly parameters: ParameterTree },
  optimizers: DdpmOptimizers,
  options: DdpmTrainStepOptions,
): TrainStep {
  const { schedule, ema, gradientClip = 1, timestepWeights, condition, accumulate = 1 } = options;
  assertClip(gradientClip);
  assertAccumulate('createDdpmTrainStep', accumulate);
  const optimizer = optimizers.denoiser;

  function run(batch: Batch, rng: RandomStream): Record<string, tf.Scalar> {
    return tf.tidy((): Record<string, tf.Scalar> => {
      // Draw a timestep and noise for each image.
      const xStart = batch.images as tf.Tensor4D;
      const t = rng.fork('timesteps').integers<tf.Rank.R1>([xStart.shape[0]], 0, schedule.timesteps);
      const noise = rng.fork('noise').normal<tf.Rank.R4>(xStart.shape);
      const given = condition?.(batch, rng.fork('condition'));
      const whole = { xStart, noise, t, ...withPrefix(given) };
      // Descend on the squared error of the prediction.
      const { losses, gradients } = accumulateGradients(whole, accumulate, (slice, rows) => {
        const dropoutRng = rowsOfStream(rng.fork('dropout'), rows);
        const input = { ...slice, condition: given && withoutPrefix(slice), timestepWeights, dropoutRng };
        return computeGradients(() => ddpmLoss(model, schedule, input), model.parameters);
      });
      const clipped = gradientClip === null ? undefined : clipByGlobalNorm(gradients, gradientClip);
      optimizer.step(clipped?.gradients ?? gradients);
      ema?.update();
      const loss = losses.total!;
      return clipped ? { loss, gradientNorm: clipped.norm } : { loss };
    });
  }

  return {
    phases: [{ name: 'denoiser', interval: 1, run: (batch, { rng }) => run(batch, rng) }],
    state: createTrainState({ parameters: model.parameters, optimizers: { denoiser: optimizer }, ema }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
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
