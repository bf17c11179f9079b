import {
  accumulateGradients,
  assertAccumulate,
  type Batch,
  type BatchTensors,
  clipByGlobalNorm,
  computeGradients,
  createTrainState,
  type Ema,
  type Losses,
  type Optimizer,
  type ParameterTree,
  type RandomStream,
  rowsOfStream,
  type StatePart,
  TintypeError,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import type { Condition, Denoiser } from '../denoiser.ts';

export interface DenoiserOptimizers {
  readonly denoiser: Optimizer;
}

export interface DenoiserTrainStepOptions {
  /** Updated after every step; freed with the train step. */
  readonly ema?: Ema;
  /** Largest global norm of the gradients, > 0; null does not clip. @default 1 */
  readonly gradientClip?: number | null;
  /** What of the batch conditions the denoiser; owns nothing. @default nothing */
  readonly condition?: (batch: Batch, rng: RandomStream) => Condition;
  /**
   * Slices that a batch is cut into, so that the activations of one slice live at a time; the numbers are those of the
   * whole batch, up to rounding. @default 1
   */
  readonly accumulate?: number;
}

/** A slice of a batch as the loss sees it. Tensors are borrowed. */
type DenoiserSlice<Draws extends BatchTensors> = Draws & {
  /** Clean images, [b, h, w, c] in [-1, 1]. */
  readonly xStart: tf.Tensor4D;
  /** Standard normal, as xStart. */
  readonly noise: tf.Tensor4D;
  readonly condition?: Condition;
  readonly dropoutRng: RandomStream;
  /** Wants the loss of each image, [b], where the objective observes them; borrowed. */
  readonly onSampleLosses?: (losses: tf.Tensor1D) => void;
};

/** What one way of training a denoiser adds to the steps that all of them share. */
export interface DenoiserObjective<Draws extends BatchTensors> {
  /** Named in errors: `createDdpmTrainStep`. */
  readonly where: string;
  /** What is drawn for each image beside its noise, by name: its time, say, [b]. */
  draw(xStart: tf.Tensor4D, rng: RandomStream): Draws;
  /** `total` is minimised and logged as `loss`, other scalars are logged under their names. */
  loss(slice: DenoiserSlice<Draws>): Losses;
  /** Takes in what each image of the batch contributed, [b], after the update; borrowed. */
  observe?(draws: Draws, sampleLosses: tf.Tensor1D): void;
  /** What has to survive between steps, by name. */
  readonly state?: Readonly<Record<string, StatePart>>;
  dispose?(): void;
}

/**
 * A train step with one phase, `denoiser`: draw a time and noise for each image, descend on the loss, update the average.
 * Batch `images` [b, h, w, c] in [-1, 1] → scalars `loss`, the loss's other terms and, where it is clipped,
 * `gradientNorm` before clipping. All draws are functions of the phase's rng.
 * Throws `E_CONFIG` for a clip that is not above 0 or an impossible `accumulate`.
 */
export function createDenoiserTrainStep<Draws extends BatchTensors>(
  { parameters }: Denoiser & { readonly parameters: ParameterTree },
  { denoiser: optimizer }: DenoiserOptimizers,
  objective: DenoiserObjective<Draws>,
  { ema, gradientClip = 1, condition, accumulate = 1 }: DenoiserTrainStepOptions,
): TrainStep {
  assertClip(objective.where, gradientClip);
  assertAccumulate(objective.where, accumulate);

  function run(batch: Batch, rng: RandomStream): Record<string, tf.Scalar> {
    return tf.tidy((): Record<string, tf.Scalar> => {
      // Draw a time and noise for each image.
      const xStart = batch.images as tf.Tensor4D;
      const draws = objective.draw(xStart, rng.fork('timesteps'));
      const noise = rng.fork('noise').normal<tf.Rank.R4>(xStart.shape);
      const given = condition?.(batch, rng.fork('condition'));
      const whole = { ...draws, xStart, noise, ...withPrefix(given) };
      // Descend on the loss, in slices, and keep what each image contributed.
      const sampleLosses: tf.Tensor1D[] = [];
      const onSampleLosses =
        objective.observe && ((each: tf.Tensor1D) => sampleLosses.push(tf.keep(each.clone())));
      try {
        const { losses, gradients } = accumulateGradients(whole, accumulate, (slice, rows) => {
          const dropoutRng = rowsOfStream(rng.fork('dropout'), rows);
          const borrowed = { condition: given && withoutPrefix(slice), dropoutRng };
          const input = { ...slice, ...borrowed, ...(onSampleLosses && { onSampleLosses }) };
          return computeGradients(() => objective.loss(input), parameters);
        });
        const clipped = gradientClip === null ? undefined : clipByGlobalNorm(gradients, gradientClip);
        optimizer.step(clipped?.gradients ?? gradients);
        ema?.update();
        objective.observe?.(draws, tf.concat(sampleLosses) as tf.Tensor1D);
        const { total, ...terms } = losses;
        return { loss: total, ...terms, ...(clipped && { gradientNorm: clipped.norm }) };
      } finally {
        tf.dispose(sampleLosses);
      }
    });
  }

  return {
    phases: [{ name: 'denoiser', interval: 1, run: (batch, { rng }) => run(batch, rng) }],
    state: createTrainState({
      parameters,
      optimizers: { denoiser: optimizer },
      ema,
      ...(objective.state && { parts: objective.state }),
    }),
    accumulate,
    dispose() {
      optimizer.dispose();
      ema?.dispose();
      objective.dispose?.();
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

function assertClip(where: string, gradientClip: number | null): void {
  if (gradientClip === null || gradientClip > 0) return;
  throw new TintypeError('E_CONFIG', {
    where: `${where}: gradientClip`,
    what: 'the largest gradient norm must be above 0',
    got: gradientClip,
    remedy: 'Pass null to leave the gradients as they are',
  });
}
