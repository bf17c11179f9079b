import {
  assertAccumulate,
  assertConfig,
  createTrainState,
  type Optimizer,
  type TrainStep,
  v,
} from '@tintype/core-tensor';
import { nonSaturating } from '../objectives/non-saturating.ts';
import { discriminatorPhase } from './discriminator-phase.ts';
import type { Gan } from './gan.ts';
import { generatorPhase } from './generator-phase.ts';
import { r1Phase } from './r1-phase.ts';
import type { GanTraining, GanTrainOptions } from './train-options.ts';

export interface GanOptimizers {
  readonly generator: Optimizer;
  readonly discriminator: Optimizer;
}

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
