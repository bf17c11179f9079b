import {
  accumulateGradients,
  type ComputedGradients,
  computeGradients,
  type Ema,
  type Optimizer,
  type Phase,
  type PhaseContext,
  selectParameters,
} from '@tintype/core-tensor';
import { drawLatents } from './draw-latents.ts';
import { generatorLoss } from './loss.ts';
import { sharedFakes } from './shared-fakes.ts';
import type { GanTraining } from './train-options.ts';

/** One update of the generator, through a discriminator whose weights stand still and get no gradient. */
export function generatorPhase(training: GanTraining, optimizer: Optimizer, ema?: Ema): Phase {
  return {
    name: 'generator',
    interval: training.discriminatorSteps,
    run(batch, context) {
      const { losses, gradients } = generatorGradients(training, batch.images!.shape[0]!, context);
      optimizer.step(gradients);
      ema?.update();
      return losses;
    },
  };
}

/** On the tape that the discriminator phase kept; without one the generator runs here. */
function generatorGradients(
  { model, objective, accumulate }: GanTraining,
  batchSize: number,
  { rng, shared }: PhaseContext,
): ComputedGradients {
  const parameters = selectParameters(model.parameters, 'generator');
  const fakes = sharedFakes(shared);
  if (fakes?.tape) {
    const { tape } = fakes;
    return computeGradients(() => ({ ...generatorLoss(model, objective, tape.output) }), parameters, tape);
  }
  const latents = fakes?.latents ?? drawLatents(model, rng, batchSize);
  return accumulateGradients({ latents }, accumulate, (slice) =>
    computeGradients(() => {
      const images = model.generator(slice.latents, { isTraining: true });
      return { ...generatorLoss(model, objective, images) };
    }, parameters),
  );
}
