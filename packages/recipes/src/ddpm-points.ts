import {
  assertConfig,
  type BatchSource,
  createAdam,
  createDivergenceMonitor,
  createEma,
  createEmaGapMonitor,
  joinBatches,
  linearSchedule,
  type Model,
  sampleBatches,
  TintypeError,
  tf,
  v,
} from '@tintype/core-tensor';
import { createPointBatches } from '@tintype/datasets';
import {
  type BetaScheduleKind,
  createDdpmTrainStep,
  createNoiseSchedule,
  type Denoiser,
  ddpmLoss,
  type NoiseSchedule,
} from '@tintype/diffusion';
import type { Features } from '@tintype/metrics';
import { evaluatePoints } from './evaluate-points.ts';
import { writeDenoiserOnnx } from './export-unet.ts';
import { createPointDenoiser, type PointDenoiserConfig } from './point-denoiser.ts';
import { drawPointPictures } from './point-picture.ts';
import { drawPoints, type PointSetName, pointSets } from './point-sets.ts';
import type { Recipe, SampleRequest } from './recipe.ts';
import {
  type DiffusionSampleOptions,
  defaultDiffusionSampleOptions,
  type SampleWithOptions,
  sampleWith,
} from './sample-with.ts';
import { showSteps } from './show-steps.ts';

export interface DdpmPointsConfig extends PointDenoiserConfig {
  /** A ring of eight Gaussians, two moons, or a grid of 25 Gaussians. @default 'ring' */
  readonly points: PointSetName;
  /** Points to learn from, at least as many as a batch. @default 20000 */
  readonly trainingPoints: number;
  /** Training timesteps. @default 1000 */
  readonly timesteps: number;
  /** @default 'cosine' */
  readonly betaSchedule: BetaScheduleKind;
  /** Adam's, above 0. @default 0.002 */
  readonly learningRate: number;
  /** Updates after which it has fallen to 0: a third of them at the full rate, then in a straight line. @default 5000 */
  readonly decaySteps: number;
  /** Largest global norm of the gradients, above 0. @default 1 */
  readonly gradientClip: number;
  /** Average of the weights that samples are made with, in [0, 1). @default 0.999 */
  readonly emaDecay: number;
}

export interface DdpmPointsSampleOptions extends DiffusionSampleOptions {
  /** Points of a picture: picture i has points i · n to i · n + n − 1. @default 200 */
  readonly pointsPerImage: number;
  /** Side of a picture in pixels. @default 64 */
  readonly imageSize: number;
}

export type DdpmPoints = Model<DdpmPointsConfig> & Denoiser & { readonly schedule: NoiseSchedule };

/** The net is small: steps cost little, and twice as many leave half the error of the moons. */
const sampleOptions: DdpmPointsSampleOptions = {
  ...defaultDiffusionSampleOptions,
  numInferenceSteps: 100,
  pointsPerImage: 200,
  imageSize: 64,
};

const steps = 5000;

/** Points that `evaluate` looks at, at the most. */
const evaluatedPoints = 16_000;
const scoredPoints = 256;

/** Points of the plane from denoising diffusion (Ho et al. 2020): a picture is a scatter of some of them. */
export const ddpmPoints: Recipe<DdpmPointsConfig, DdpmPoints, DdpmPointsSampleOptions> = {
  name: 'ddpm-points',
  system: 'ddpm',
  description: 'Denoising diffusion on points of the plane: a ring of eight Gaussians in seconds',
  config: {
    points: 'ring',
    trainingPoints: 20_000,
    hiddenUnits: 128,
    hiddenLayers: 4,
    timeSize: 32,
    timesteps: 1000,
    betaSchedule: 'cosine',
    predictionType: 'epsilon',
    learningRate: 2e-3,
    decaySteps: steps,
    gradientClip: 1,
    emaDecay: 0.999,
  },
  steps,
  batchSize: 512,
  grid: { count: 16, previewCount: 4, columns: 4 },
  async monitors({ model, ema }) {
    return [createDivergenceMonitor(), emaGapOf(model, ema!)];
  },
  async data({ config: { points, trainingPoints }, batchSize, rng, loadImages }): Promise<BatchSource> {
    if (loadImages) throw drawsItsOwn();
    const dataset = await pointSets[points].create({ count: trainingPoints, rng: rng.fork('points') });
    const source = createPointBatches(dataset, { batchSize, rng: rng.fork('order') });
    return {
      async batch(step, request) {
        const batch = await source.batch(step, request);
        const images = toImages(batch.points as tf.Tensor2D, points);
        tf.dispose(batch);
        return { images };
      },
    };
  },
  create(config, rng) {
    const { points, trainingPoints, timesteps, betaSchedule, ...rest } = config;
    const { learningRate, decaySteps, gradientClip, emaDecay, ...net } = rest;
    assertConfig(v.picklist(Object.keys(pointSets)), points, 'ddpm-points: points');
    const schedule = createNoiseSchedule({ kind: betaSchedule, timesteps });
    const model: DdpmPoints = { ...createPointDenoiser(net, rng), config, schedule };
    const ema = createEma(model.parameters, { emaDecay });
    const falling = linearSchedule({
      learningRate,
      totalSteps: decaySteps,
      constantSteps: Math.floor(decaySteps / 3),
    });
    const denoiser = createAdam(model.parameters, { learningRate: falling });
    const trainStep = createDdpmTrainStep(model, { denoiser }, { schedule, ema, gradientClip });
    return { model, trainStep, ema };
  },
  preview(model, rng, { count, signal }) {
    const numInferenceSteps = Math.min(sampleOptions.numInferenceSteps, model.schedule.timesteps);
    const options = { ...sampleOptions, numInferenceSteps };
    return joinBatches(samplePictures(model, { count, firstIndex: 0, rng, options }, signal));
  },
  sample: (model, request) => samplePictures(model, request),
  samplesInSteps: true,
  sampleOptions,
  exports: {
    onnx: (model, { storage, config: { betaSchedule, timesteps } }) =>
      writeDenoiserOnnx(storage, model, {
        imageSize: 1,
        channels: 2,
        scheduler: { schedule: { kind: betaSchedule, timesteps } },
      }),
  },
  async evaluate(model, { count, rng, options, signal }) {
    const wanted = Math.min(evaluatedPoints, count * options.pointsPerImage);
    const points = await samplePoints(model, { count: wanted, firstIndex: 0, rng, options }, signal);
    return { ...(await evaluatePoints(points, model.config.points, rng.fork('evaluate'))) };
  },
  expectations: [
    {
      id: '11.5',
      name: 'energy distance ÷ that of as many real points',
      metric: 'energyRatio',
      direction: '<=',
      threshold: 2,
      healthy: [0.69721, 0.87519, 1.4186],
      broken: [60.755, 67.994, 62.964],
    },
  ],
};

/** Points [count, 2] in the units of the set; point i is the same in any batch. */
export async function samplePoints(
  model: DdpmPoints,
  { options, onStep: _, ...request }: SampleRequest<Partial<DiffusionSampleOptions>>,
  signal?: AbortSignal,
): Promise<Features> {
  const { centre, reach } = pointSets[model.config.points];
  const points = await sampleUnitPoints(model, { ...request, ...options, ...(signal && { signal }) });
  const values = await points.data();
  points.dispose();
  return {
    count: request.count,
    dimension: 2,
    values: (values as Float32Array).map((value, i) => centre[i % 2]! + reach * value),
  };
}

/** The same within [-1, 1]: [count, 1, 1, 2]. */
function sampleUnitPoints(
  model: DdpmPoints,
  options: Omit<SampleWithOptions, 'shape'>,
): Promise<tf.Tensor4D> {
  return sampleWith(model, model.schedule, { shape: [1, 1, 2], ...options });
}

function samplePictures(
  model: DdpmPoints,
  { options, rng, onStep, ...request }: SampleRequest<DdpmPointsSampleOptions>,
  signal?: AbortSignal,
): AsyncGenerator<tf.Tensor4D> {
  const { pointsPerImage, imageSize, batchSize, ...sampler } = options;
  const toPictures = async (points: tf.Tensor4D) =>
    drawPointPictures((await points.data()) as Float32Array, { pointsPerImage, imageSize });
  return sampleBatches({ ...request, batchSize }, async (firstImage, images) => {
    const points = await sampleUnitPoints(model, {
      count: images * pointsPerImage,
      firstIndex: firstImage * pointsPerImage,
      rng,
      ...sampler,
      ...showSteps(onStep, firstImage, toPictures),
      ...(signal && { signal }),
    });
    const pictures = await toPictures(points);
    points.dispose();
    return pictures;
  });
}

function toImages(points: tf.Tensor2D, name: PointSetName): tf.Tensor4D {
  const { centre, reach } = pointSets[name];
  return tf.tidy(() =>
    points
      .sub(tf.tensor1d([...centre]))
      .div(reach)
      .reshape<tf.Tensor4D>([-1, 1, 1, 2]),
  );
}

function emaGapOf(model: DdpmPoints, ema: Parameters<typeof createEmaGapMonitor>[0]['ema']) {
  const { schedule, parameters, config } = model;
  return createEmaGapMonitor({
    ema,
    parameters,
    interval: 500,
    async score({ rng }) {
      const { values, count } = await drawPoints(config.points, scoredPoints, rng.fork('points'));
      return tf.tidy(() => {
        const xStart = toImages(tf.tensor2d(values as Float32Array, [count, 2]), config.points);
        const t = rng.fork('timesteps').integers<tf.Rank.R1>([count], 0, schedule.timesteps);
        const noise = rng.fork('noise').normal<tf.Rank.R4>(xStart.shape);
        return ddpmLoss(model, schedule, { xStart, noise, t }).total;
      });
    },
  });
}

function drawsItsOwn(): TintypeError {
  return new TintypeError('E_CONFIG', {
    where: 'ddpm-points: data',
    what: 'the recipe learns points of the plane, which images cannot stand for',
    remedy: 'Choose the points with the setting points: ring, two-moons or grid',
  });
}
