import {
  accumulateGradients,
  computeGradients,
  keepTape,
  type Optimizer,
  type Phase,
  type PhaseContext,
  selectParameters,
  tf,
} from '@tintype/core-tensor';
import { drawLatents } from './draw-latents.ts';
import { discriminatorLoss } from './loss.ts';
import { shareFakes } from './shared-fakes.ts';
import type { GanTraining } from './train-options.ts';

/** One update of the discriminator. The images of the generator are constants here: nothing flows back into them. */
export function discriminatorPhase(training: GanTraining, optimizer: Optimizer): Phase {
  const { model, objective, accumulate } = training;
  const parameters = selectParameters(model.parameters, 'discriminator');
  return {
    name: 'discriminator',
    interval: 1,
    run(batch, context) {
      const images = batch.images as tf.Tensor4D;
      const latents = drawLatents(model, context.rng, images.shape[0]);
      const generate = createGenerate(training, latents, context);
      const { losses, gradients } = accumulateGradients({ images, latents }, accumulate, (slice) => {
        const fakeImages = generate(slice.latents);
        return computeGradients(
          () => ({ ...discriminatorLoss(model, objective, slice.images, fakeImages) }),
          parameters,
        );
      });
      optimizer.step(gradients);
      return losses;
    },
  };
}

/** Shares with a generator phase that follows in this step what it needs: its tape, or the latents to run again. */
function createGenerate(training: GanTraining, latents: tf.Tensor2D, { step, shared }: PhaseContext) {
  const { model, reusesFakes, accumulate, discriminatorSteps } = training;
  const run = (z: tf.Tensor2D) => model.generator(z, { isTraining: true });
  const isAlone = (z: tf.Tensor2D) => tf.tidy(() => run(z));
  const hasGeneratorPhase = step % discriminatorSteps === 0;
  if (!reusesFakes || !hasGeneratorPhase) return isAlone;
  shareFakes(shared, { latents });
  if (accumulate > 1) return isAlone;
  return (z: tf.Tensor2D) => {
    const tape = keepTape(() => run(z));
    shareFakes(shared, { latents, tape });
    return tape.output;
  };
}
