import {
  assertAccumulate,
  assertConfig,
  createTrainState,
  type Ema,
  type Optimizer,
  type TrainStep,
  v,
} from '@tintype/core-tensor';
import { nonSaturating } from '../objectives/non-saturating.ts';
import type { GanObjective } from '../objectives/objective.ts';
import { discriminatorPhase } from './discriminator-phase.ts';
import type { Gan } from './gan.ts';
import { generatorPhase } from './generator-phase.ts';
import { r1Phase } from './r1-phase.ts';

export interface GanOptimizers {
  readonly generator: Optimizer;
  readonly discriminator: Optimizer;
}

export interface GanTrainOptions {
  /** @default nonSaturating */
  readonly objective?: GanObjective;
  /** An average of the parameters, updated after every step of the generator. */
  readonly ema?: Ema;
  /** Steps of the discriminator for each of the generator, which moves in the first of them. @default 1 */
  readonly discriminatorSteps?: number;
  /**
   * Whether the generator learns on the images that the discriminator has just seen, as PyTorch's DCGAN example does; it
   * then runs once a step. Otherwise it draws latents of its own. @default true where discriminatorSteps is 1
   */
  readonly reusesFakes?: boolean;
  /**
   * Slices that each phase cuts its batch into, to save memory. Batch norm then sees one slice at a time; reused latents
   * go through the generator again. @default 1
   */
  readonly accumulate?: number;
}

/** What every phase is made with. */
export type GanTraining = Required<Omit<GanTrainOptions, 'ema'>> & { readonly model: Gan };

/**
 * Phases in order, on batches with `images` [b, h, w, c] in [-1, 1]: `discriminator`; `r1` every `r1Interval` steps
 * where `r1Gamma` is above 0, multiplied by the interval so that its mean strength is γ; `generator` every
 * `discriminatorSteps` steps. Owns the optimisers and the average. Throws `E_CONFIG` for impossible options.
 */
export function createGanTrainStep(
  model: Gan,
  optimizers: GanOptimizers,
  options: GanTrainOptions = {},
): TrainStep {
  const { objective = nonSaturating, ema, discriminatorSteps = 1, accumulate = 1 } = options;
  const reusesFakes = options.reusesFakes ?? discriminatorSteps === 1;
  const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
  assertConfig(wholeNumber, discriminatorSteps, 'createGanTrainStep.discriminatorSteps');
  assertAccumulate('createGanTrainStep', accumulate);
  const training: GanTraining = { model, objective, discriminatorSteps, reusesFakes, accumulate };
  return {
    phases: [
      discriminatorPhase(training, optimizers.discriminator),
      ...(model.config.r1Gamma > 0 ? [r1Phase(training, optimizers.discriminator)] : []),
      generatorPhase(training, optimizers.generator, ema),
    ],
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { generator: optimizers.generator, discriminator: optimizers.discriminator },
      ...(ema ? { ema } : {}),
    }),
    accumulate,
    dispose() {
      optimizers.generator.dispose();
      optimizers.discriminator.dispose();
      ema?.dispose();
    },
  };
}
