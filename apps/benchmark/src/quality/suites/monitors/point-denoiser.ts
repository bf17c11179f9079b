import {
  createAdam,
  createDivergenceMonitor,
  createEma,
  createEmaGapMonitor,
  createIgnoredConditionMonitor,
  createParameters,
  createSinusoidalTimeEmbedding,
  type DrawContext,
  type ParameterTree,
  type RandomStream,
  tf,
} from '@tintype/core-tensor';
import {
  createDdpmTrainStep,
  createNoiseSchedule,
  type Denoiser,
  ddpmLoss,
  sampleDdim,
} from '@tintype/diffusion';
import { drawAroundModes, drawModes, nearestMode, ringModes } from './ring.ts';
import { createPerceptron, type SmallTraining } from './small-training.ts';

/** What is wrong with it; all is well where nothing is said. */
export type DenoiserFault = 'cut-label' | 'shuffled-labels' | 'slow-average' | 'learning-rate';

const interval = 100;
const batchSize = 128;
const timeSize = 16;
const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 100 });

/**
 * A class-conditional DDPM on the ring, its eight modes being the labels, with an average of the weights. Faults: the label
 * does not reach the network; labels that belong to other points; an average with a decay of 0.9999 and no warm-up; a learning
 * rate of 1000.
 */
export function createConditionalDenoiser(rng: RandomStream, fault?: DenoiserFault): SmallTraining {
  const model = createModel(rng.fork('model'), fault === 'cut-label');
  const ema = createEma(
    model.parameters,
    fault === 'slow-average' ? { emaDecay: 0.9999, warmUp: 'none' } : { emaDecay: 0.99 },
  );
  const learningRate = fault === 'learning-rate' ? 1000 : 3e-3;
  const denoiser = createAdam(model.parameters, { learningRate });
  const condition = ({ labels }: { readonly labels?: tf.Tensor }) => ({ labels: labels!.clone() });
  const trainStep = createDdpmTrainStep(model, { denoiser }, { schedule, ema, condition });

  const batch = (from: RandomStream, count: number) =>
    tf.tidy(() => {
      const modes = drawModes(count, from);
      const points = drawAroundModes(modes, from);
      const labels = fault === 'shuffled-labels' ? drawModes(count, from.fork('other')) : modes;
      return { images: points.reshape<tf.Tensor4D>([count, 1, 1, 2]), labels };
    });
  const generate = (labels: tf.Tensor1D, context: DrawContext) =>
    sampleDdim(model, schedule, {
      shape: [1, 1, 2],
      count: labels.size,
      rng: context.rng,
      numInferenceSteps: 10,
      clipRange: 2.5,
      condition: { labels },
    });
  const score = ({ rng: from }: DrawContext) =>
    tf.tidy(() => {
      const { images, labels } = batch(from, batchSize);
      const t = from.fork('t').integers<tf.Rank.R1>([batchSize], 0, schedule.timesteps);
      const noise = from.fork('epsilon').normal<tf.Rank.R4>(images.shape);
      return ddpmLoss(model, schedule, { xStart: images, noise, t, condition: { labels } }).total;
    });

  return {
    trainStep,
    batches: { batch: (step) => batch(rng.fork('data').fork(step), batchSize) },
    monitors: [
      createDivergenceMonitor(),
      createEmaGapMonitor({ ema, parameters: model.parameters, score, interval }),
      createIgnoredConditionMonitor({
        numClasses: ringModes,
        generate,
        classify: nearestMode,
        interval,
        fromStep: 200,
      }),
    ],
    dispose() {
      trainStep.dispose();
      model.dispose();
    },
  };
}

function createModel(
  rng: RandomStream,
  isLabelCut: boolean,
): Denoiser & { readonly parameters: ParameterTree; dispose(): void } {
  const { scope, parameters, dispose } = createParameters(rng);
  const embed = createSinusoidalTimeEmbedding({ size: timeSize });
  const network = createPerceptron(scope, [2 + timeSize + ringModes, 64, 64, 2]);
  return {
    predictionType: 'epsilon',
    varianceType: 'fixed',
    parameters,
    dispose,
    predict(xt, t, { condition } = {}) {
      const labels = tf.oneHot(condition!.labels as tf.Tensor1D, ringModes).mul(isLabelCut ? 0 : 1);
      const input = tf.concat([xt.reshape([-1, 2]), embed(t), labels], 1) as tf.Tensor2D;
      return { prediction: network(input).reshape<tf.Tensor4D>([-1, 1, 1, 2]) };
    },
  };
}
