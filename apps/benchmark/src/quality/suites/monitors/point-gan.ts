import {
  createAdam,
  createConstantOutputMonitor,
  createDiscriminatorGeneratorImbalanceMonitor,
  createDivergenceMonitor,
  createDuplicateLatentsMonitor,
  createMemorizationMonitor,
  createModeCollapseMonitor,
  createOverfittingDiscriminatorMonitor,
  createParameters,
  type RandomStream,
  selectParameters,
  type TrainStep,
  tapShared,
  tf,
} from '@tintype/core-tensor';
import { createGanTrainStep, defaultGanConfig, type Gan } from '@tintype/gan';
import { drawRing, nearestMode } from './ring.ts';
import { createPerceptron, type SmallTraining } from './small-training.ts';

/** What is wrong with it; all is well where nothing is said. */
export type GanFault =
  | 'discriminator-rate'
  | 'frozen-generator'
  | 'repeated-latents'
  | 'few-points'
  | 'learning-rate';

/** Steps between the checks of monitors that look at samples. */
const interval = 50;
const batchSize = 64;
const latentDim = 8;
const width = 64;
/** Numbers of a point where the discriminator may learn its points by heart. */
const wideDimension = 64;

/**
 * Multi-layer perceptrons against each other on the ring of eight Gaussians, with the train step of the GAN and R1. Faults: no
 * penalty and 20 times the discriminator's learning rate; no penalty and a generator that stands still; the same
 * latents at every step; a discriminator without penalty on 50 points of 64 numbers, for hundreds of epochs; a learning rate of 1000.
 */
export function createPointGan(rng: RandomStream, fault?: GanFault): SmallTraining {
  const isWide = fault === 'few-points';
  const dimension = isWide ? wideDimension : 2;
  const draw = isWide ? drawNormal : drawRing;
  const hasPenalty = fault !== 'discriminator-rate' && fault !== 'frozen-generator' && !isWide;
  const model = createModel(rng.fork('model'), dimension, hasPenalty);
  const learningRate = fault === 'learning-rate' ? 1000 : 1e-3;
  const discriminatorFactor = fault === 'discriminator-rate' ? 20 : isWide ? 2 : 1;
  const adam = (network: string, rate: number) =>
    createAdam(selectParameters(model.parameters, network), { learningRate: rate, adamBeta1: 0.5 });
  const optimizers = {
    generator: adam('generator', fault === 'frozen-generator' ? 1e-12 : learningRate),
    discriminator: adam('discriminator', learningRate * discriminatorFactor),
  };
  const own = createGanTrainStep(model, optimizers);
  const tap = tapShared(withFault(own, rng, fault), 'gan/latents');

  const data = rng.fork('data');
  const few = isWide ? draw(50, data.fork('few')) : undefined;
  const points = (count: number, from: RandomStream) => (few ? pick(few, count, from) : draw(count, from));
  const sample = (count: number, { rng: from }: { rng: RandomStream }) =>
    tf.tidy(() => model.generate(from.normal<tf.Rank.R2>([count, latentDim])));
  const asImages = (rows: tf.Tensor) => rows.reshape<tf.Tensor4D>([-1, 1, 1, dimension]);

  return {
    trainStep: tap.trainStep,
    batches: {
      batch: (step) => ({ images: tf.tidy(() => asImages(points(batchSize, data.fork(step)))) }),
    },
    monitors: [
      createDivergenceMonitor(),
      createModeCollapseMonitor({
        sample,
        real: (count, { rng: from }) => tf.tidy(() => asImages(draw(count, from))),
        classify: nearestMode,
        interval,
        fromStep: 300,
        minClassEntropy: 0.8, // 5.3 of the eight modes
      }),
      createDuplicateLatentsMonitor({ latents: tap.latest, sample, interval }),
      createDiscriminatorGeneratorImbalanceMonitor(),
      createOverfittingDiscriminatorMonitor({
        logits: (rows) => model.discriminator(rows as tf.Tensor4D, { isTraining: false }),
        train: (count, { rng: from }) => tf.tidy(() => asImages(points(count, from))),
        held: (count, { rng: from }) => tf.tidy(() => asImages(draw(count, from))),
        sample,
        samples: 128,
        interval,
      }),
      createConstantOutputMonitor({
        sample,
        real: (count, { rng: from }) => tf.tidy(() => asImages(draw(count, from))),
        interval,
        fromStep: 300,
      }),
      createMemorizationMonitor({
        sample,
        train: () => tf.tidy(() => asImages(draw(200, data.fork('reference')))),
        held: (count, { rng: from }) => tf.tidy(() => asImages(draw(count, from))),
        interval: 2 * interval,
      }),
    ],
    dispose() {
      tap.dispose();
      own.dispose();
      model.dispose();
      few?.dispose();
    },
  };
}

/** Points as images of one pixel, so that they are trained by the same step as pictures. */
function createModel(rng: RandomStream, dimension: number, hasPenalty: boolean): Gan {
  const { scope, parameters, dispose } = createParameters(rng);
  const generate = createPerceptron(scope.child('generator'), [latentDim, width, width, dimension]);
  const judge = createPerceptron(scope.child('discriminator'), [dimension, width, width, 1]);
  const generator = (latents: tf.Tensor2D) =>
    tf.tidy(() => generate(latents).reshape<tf.Tensor4D>([-1, 1, 1, dimension]));
  return {
    config: {
      ...defaultGanConfig,
      latentDim,
      discriminatorNorm: 'none',
      r1Gamma: hasPenalty ? 1 : 0,
      r1Interval: 2,
    },
    parameters,
    generator,
    generate: generator,
    discriminator: (images) => tf.tidy(() => judge(images.reshape([-1, dimension]))),
    dispose,
  };
}

function withFault(trainStep: TrainStep, rng: RandomStream, fault?: GanFault): TrainStep {
  const { phases } = trainStep;
  if (fault !== 'repeated-latents') return trainStep;
  return {
    ...trainStep,
    phases: phases.map((phase) => ({
      ...phase,
      run: (batch, context) => phase.run(batch, { ...context, rng: rng.fork('same') }),
    })),
  };
}

function drawNormal(count: number, rng: RandomStream): tf.Tensor2D {
  return rng.normal<tf.Rank.R2>([count, wideDimension]);
}

function pick(points: tf.Tensor2D, count: number, rng: RandomStream): tf.Tensor2D {
  return tf.tidy(() => tf.gather(points, rng.integers<tf.Rank.R1>([count], 0, points.shape[0])));
}
