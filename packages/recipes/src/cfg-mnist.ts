import {
  assertLabels,
  createAdam,
  createEma,
  joinBatches,
  sampleBatches,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import {
  createDdpmTrainStep,
  createNoiseSchedule,
  createUNet2d,
  type NoiseSchedule,
  sampleDdim,
  type UNet2d,
} from '@tintype/diffusion';
import { classifierFreeGuidance, conditionOnLabels } from '@tintype/guidance';
import type { DenoiserRecipeConfig } from './ddpm-recipe.ts';
import { createGuidedMonitors } from './diffusion-monitors.ts';
import { evaluateGuided } from './evaluate-diffusion.ts';
import { mnistSource } from './image-source.ts';
import type { Recipe, SampleRequest } from './recipe.ts';
import { sourceBatches } from './source-batches.ts';

export interface CfgMnistConfig extends Omit<DenoiserRecipeConfig, 'predictionType'> {
  /** Classes of the data. @default 10 */
  readonly numClasses: number;
  /** Share of the images that are learned without their label, in [0, 1); at 0 nothing can be guided. @default 0.1 */
  readonly labelDropout: number;
}

export interface CfgMnistSampleOptions {
  /** Steps of DDIM, 1 to the training timesteps. @default 20 */
  readonly numInferenceSteps: number;
  /** 0 is deterministic, 1 draws as much noise as DDPM, which mends what a short training gets wrong. @default 1 */
  readonly eta: number;
  /** Which ε goes on where x̂_0 was clipped, as it is at every large scale. @default 'rederived' */
  readonly clippedNoise: 'model' | 'rederived';
  /** 0 ignores the label, 1 follows it, more exaggerates it. @default 4 */
  readonly guidanceScale: number;
  /** What to draw, in turn; −1 is anything. @default [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] */
  readonly labels: readonly number[];
  /** Images of one label before the next has its turn. @default 10 */
  readonly imagesPerLabel: number;
  /** Images denoised at once. @default 25 */
  readonly batchSize: number;
}

type CfgMnist = UNet2d & { readonly schedule: NoiseSchedule };

const sampleOptions: CfgMnistSampleOptions = {
  numInferenceSteps: 20,
  eta: 1,
  clippedNoise: 'rederived',
  guidanceScale: 4,
  labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  imagesPerLabel: 10,
  batchSize: 25,
};

/** The digit that is asked for, from classifier-free guidance (Ho and Salimans 2022): the quick start. */
export const cfgMnist: Recipe<CfgMnistConfig, CfgMnist, CfgMnistSampleOptions> = {
  name: 'cfg-mnist',
  system: 'classifier-free-guidance',
  description: 'Classifier-free guidance on MNIST digits: a grid with one row a digit',
  config: {
    imageSize: 28,
    patchSize: 2,
    blockOutChannels: [32, 64],
    layersPerBlock: 1,
    normGroups: 8,
    timesteps: 1000,
    betaSchedule: 'cosine',
    learningRate: 1e-3,
    gradientClip: 1,
    emaDecay: 0.999,
    numClasses: 10,
    labelDropout: 0.1,
  },
  steps: 1000,
  batchSize: 64,
  monitors: ({ model, ema }, request) =>
    createGuidedMonitors({ model, ema: ema!, guidanceScale: sampleOptions.guidanceScale }, request),
  grid: { count: 100, previewCount: 10, columns: 10 },
  data: (options) => sourceBatches(mnistSource, options, options.config.imageSize, options.config.numClasses),
  create({ timesteps, betaSchedule, learningRate, gradientClip, emaDecay, labelDropout, ...config }, rng) {
    const schedule = createNoiseSchedule({ kind: betaSchedule, timesteps });
    const unet = createUNet2d({ ...config, channels: 1, hasNullLabel: labelDropout > 0 }, rng);
    const model = { ...unet, schedule };
    const ema = createEma(model.parameters, { emaDecay });
    const denoiser = createAdam(model.parameters, { learningRate });
    const condition = conditionOnLabels({ labelDropout });
    const options = { schedule, ema, gradientClip, condition };
    const trainStep = createDdpmTrainStep(model, { denoiser }, options);
    return { model, trainStep, ema };
  },
  async preview(model, rng, { count, signal }) {
    const numClasses = model.config.numClasses!;
    const labels = Array.from({ length: count }, (_, i) => Math.floor((i * numClasses) / count));
    const numInferenceSteps = Math.min(sampleOptions.numInferenceSteps, model.schedule.timesteps);
    const options = { ...sampleOptions, numInferenceSteps, labels, imagesPerLabel: 1 };
    return joinBatches(sampleDigits(model, { count, firstIndex: 0, rng, options }, signal));
  },
  sample: (model, request) => sampleDigits(model, request),
  sampleOptions,
  evaluate: (model, { signal, ...request }) =>
    evaluateGuided(
      {
        denoiser: model,
        schedule: model.schedule,
        imageSize: model.config.imageSize,
        samples: sampleDigits(model, { ...request, firstIndex: 0 }, signal),
        labelOf: (index) => labelAt(index, request.options),
      },
      { ...request, ...(signal && { signal }) },
    ),
  expectations: [
    {
      id: '14.4',
      name: 'digits read as asked at w = 3',
      metric: 'labelAccuracy',
      direction: '>=',
      threshold: 0.97,
    },
  ],
};

/** The label of sample i, whichever batch it is in. */
function labelAt(index: number, { labels, imagesPerLabel }: CfgMnistSampleOptions): number {
  return labels[Math.floor(index / imagesPerLabel) % labels.length]!;
}

function sampleDigits(
  model: CfgMnist,
  { options, rng, ...request }: SampleRequest<CfgMnistSampleOptions>,
  signal?: AbortSignal,
): AsyncGenerator<tf.Tensor4D> {
  assertSampleLabels(options, model.config.numClasses!);
  const { imageSize, channels } = model.config;
  const { guidanceScale, batchSize, numInferenceSteps, eta, clippedNoise } = options;
  const guided = classifierFreeGuidance(model, { guidanceScale });
  return sampleBatches({ ...request, batchSize }, async (firstIndex, count) => {
    const wanted = Array.from({ length: count }, (_, i) => labelAt(firstIndex + i, options));
    const labels = tf.tensor1d(wanted, 'int32');
    try {
      return await sampleDdim(guided, model.schedule, {
        shape: [imageSize, imageSize, channels],
        count,
        firstIndex,
        rng,
        numInferenceSteps,
        eta,
        clippedNoise,
        condition: { labels },
        ...(signal && { signal }),
      });
    } finally {
      labels.dispose();
    }
  });
}

function assertSampleLabels({ labels, imagesPerLabel }: CfgMnistSampleOptions, numClasses: number): void {
  const isList = Array.isArray(labels) && labels.length > 0;
  if (!isList) refuse('labels', labels, 'a list of at least one label');
  if (!(Number.isSafeInteger(imagesPerLabel) && imagesPerLabel >= 1)) {
    refuse('imagesPerLabel', imagesPerLabel, 'an integer ≥ 1');
  }
  // The null label stands for no class, which is none that assertLabels knows.
  assertLabels(
    labels.map((label) => (label === -1 ? 0 : label)),
    numClasses,
    'sample: labels',
  );
}

function refuse(name: string, got: unknown, expected: string): never {
  throw new TintypeError('E_CONFIG', { where: `sample: ${name}`, what: 'impossible value', got, expected });
}
