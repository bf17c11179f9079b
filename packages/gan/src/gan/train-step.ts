import {
  computeGradients,
  createTrainState,
  type Ema,
  type Optimizer,
  type Phase,
  type RandomStream,
  selectParameters,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import { nonSaturating } from '../objectives/non-saturating.ts';
import type { GanObjective } from '../objectives/objective.ts';
import { r1Penalty } from '../regularizers/r1-penalty.ts';
import type { Gan } from './gan.ts';
import { discriminatorLoss, generatorLoss } from './loss.ts';

export interface GanOptimizers {
  readonly generator: Optimizer;
  readonly discriminator: Optimizer;
}

export interface GanTrainOptions {
  /** @default nonSaturating */
  readonly objective?: GanObjective;
  /** An average of the parameters, updated after every step of the generator. */
  readonly ema?: Ema;
}

/**
 * Phases in order, on batches with `images` [b, h, w, c] in [-1, 1]: `discriminator`; `r1` every `r1Interval` steps
 * where `r1Gamma` is above 0, multiplied by the interval so that its mean strength is γ; `generator`. Each phase draws
 * its own latents for every step. Owns the optimisers and the average.
 */
export function createGanTrainStep(
  model: Gan,
  optimizers: GanOptimizers,
  options: GanTrainOptions = {},
): TrainStep {
  const { objective = nonSaturating, ema } = options;
  const phases: Phase[] = [
    discriminatorPhase(model, optimizers.discriminator, objective),
    ...(model.config.r1Gamma > 0 ? [r1Phase(model, optimizers.discriminator)] : []),
    generatorPhase(model, optimizers.generator, objective, ema),
  ];
  return {
    phases,
    state: createTrainState({
      parameters: model.parameters,
      optimizers: { generator: optimizers.generator, discriminator: optimizers.discriminator },
      ...(ema ? { ema } : {}),
    }),
    dispose() {
      optimizers.generator.dispose();
      optimizers.discriminator.dispose();
      ema?.dispose();
    },
  };
}

function discriminatorPhase(model: Gan, optimizer: Optimizer, objective: GanObjective): Phase {
  const parameters = selectParameters(model.parameters, 'discriminator');
  return {
    name: 'discriminator',
    interval: 1,
    run(batch, { rng }) {
      const images = batch.images as tf.Tensor4D;
      const fakeImages = tf.tidy(() =>
        model.generator(drawLatents(model, rng, images.shape[0]), { isTraining: true }),
      );
      const { losses, gradients } = computeGradients(
        () => ({ ...discriminatorLoss(model, objective, images, fakeImages) }),
        parameters,
      );
      optimizer.step(gradients);
      return losses;
    },
  };
}

function r1Phase(model: Gan, optimizer: Optimizer): Phase {
  const parameters = selectParameters(model.parameters, 'discriminator');
  const { r1Gamma, r1Interval } = model.config;
  return {
    name: 'r1',
    interval: r1Interval,
    run(batch) {
      const critic = (images: tf.Tensor) => model.discriminator(images as tf.Tensor4D, { isTraining: true });
      const { losses, gradients } = computeGradients(() => {
        const penalty = r1Penalty(critic, batch.images!, r1Gamma);
        return { total: penalty.mul<tf.Scalar>(r1Interval), penalty };
      }, parameters);
      optimizer.step(gradients);
      return losses;
    },
  };
}

function generatorPhase(model: Gan, optimizer: Optimizer, objective: GanObjective, ema?: Ema): Phase {
  const parameters = selectParameters(model.parameters, 'generator');
  return {
    name: 'generator',
    interval: 1,
    run(batch, { rng }) {
      const latents = drawLatents(model, rng, batch.images!.shape[0]!);
      const { losses, gradients } = computeGradients(
        () => ({ ...generatorLoss(model, objective, latents) }),
        parameters,
      );
      optimizer.step(gradients);
      ema?.update();
      return losses;
    },
  };
}

function drawLatents(model: Gan, rng: RandomStream, count: number): tf.Tensor2D {
  return rng.fork('latents').normal<tf.Rank.R2>([count, model.config.latentDim]);
}
