import type { Autoencoder } from '@tintype/autoencoders';
import { tf } from '@tintype/core-tensor';
import { type ImageDataset, loadFashionMnist, loadMnist } from '@tintype/datasets';
import { areaUnderRoc, nearestNeighborAccuracy } from '@tintype/metrics';
import { autoencoderMnist, digitBatches } from '@tintype/recipes';
import { defineSuite, type SuiteContext } from '../quality-suite.ts';
import { anomalyScores, classAnomaly } from './anomalies.ts';
import { countVerdicts, watchingEvery } from './break-training.ts';
import { measureDenoising } from './denoising-gain.ts';
import { scatterPlot } from './scatter-plot.ts';
import { batchesOf } from './some-classes.ts';

const error = 'held-out error ÷ that of as many principal components';
const neighbors = 'share of test digits that ten neighbours in two latents name';
const gain = 'what denoising gains on noisy digits of σ = 0.3, dB';
const classes = 'digits among the samples, of ten';
const score = 'FID-LeNet of codes from the fitted mixture';
const novelty = 'a digit that training left out, told from the others by its error: area under ROC';
const garments = 'garments among digits, told by their error: area under ROC';

const linear = 'a linear autoencoder is no better than principal components';
const twoNumbers = 'two latents hold less than 32 principal components';
const untrainedCodes = 'untrained: neighbours share no class';
const noNoise = 'trained without noise: hardly a gain';
const oneDigit = 'a dead code gives one digit';
const standard = 'codes from N(0, I) are worse';
const known = 'trained with it: the digit is one of many';
const untrainedErrors = 'untrained: the error says nothing of garments';
const alarm = 'a dead code: the constant output is reported';

const samples = 1000;
const sigma = 0.3;
const leftOut = 0;
/** Perceptrons with few latents: a convolutional code of 32 numbers rebuilds strange digits as well. */
const small = { architecture: 'mlp', hiddenUnits: [512, 256], learningRate: 2e-3 } as const;

/** Maps in the encoder: what noise does to a stroke is seen nearby. */
const convolutional = { architecture: 'conv', convChannels: [16, 32], hiddenUnits: [] } as const;

/** Acceptance lines 8.2 and 8.4 to 8.6. */
export const autoencoderMnistSuite = defineSuite({
  name: 'autoencoder-mnist',
  system: 'autoencoder',
  description: 'Autoencoder on MNIST: less error than principal components, denoising, samples, anomalies',
  steps: autoencoderMnist.steps,
  checks: [
    { id: '8.2', name: error, kind: 'D', direction: '<=', threshold: 0.6 },
    { id: '8.2', name: neighbors, kind: 'D', direction: '>=', threshold: 0.7 },
    // Five decibels are asked for, which an autoencoder that never saw noise comes near: one seed of three gains 5.4.
    { id: '8.4', name: gain, kind: 'D', direction: '>=', threshold: 'calibrated' },
    { id: '8.4', name: classes, kind: 'D', direction: '>=', threshold: 10 },
    { id: '8.4', name: score, kind: 'D', direction: '<=', threshold: 'calibrated' },
    { id: '8.5', name: novelty, kind: 'D', direction: '>=', threshold: 0.9 },
    { id: '8.5', name: garments, kind: 'D', direction: '>=', threshold: 0.9 },
    { id: '8.2', name: linear, kind: 'N', breaks: error },
    { id: '8.2', name: twoNumbers, kind: 'N', breaks: error },
    { id: '8.2', name: untrainedCodes, kind: 'N', breaks: neighbors },
    { id: '8.4', name: noNoise, kind: 'N', breaks: gain },
    { id: '8.6', name: oneDigit, kind: 'N', breaks: classes },
    { id: '8.4', name: standard, kind: 'N', breaks: score },
    { id: '8.5', name: known, kind: 'N', breaks: novelty },
    { id: '8.5', name: untrainedErrors, kind: 'N', breaks: garments },
    { id: '8.6', name: alarm, kind: 'N', monitor: 'constant-output' },
  ],
  async measure(context) {
    const healthy = await context.train(autoencoderMnist, { variant: 'healthy' });
    const figures = await healthy.evaluate({ count: samples });
    for (const [name, value] of Object.entries(figures)) context.fact(name, value);
    context.report(error, { healthy: figures.mseOverPca! });
    context.report(classes, { healthy: figures.classesCovered! });
    context.report(score, { healthy: figures.fidLenet! });
    context.report(standard, { broken: figures.fidStandardLatents! });

    const digits = await loadMnist({ files: context.files, split: 'test' });
    await reportTwoLatents(context, figures.pcaMse!, digits);
    await reportDenoising(context, digits);
    await reportAnomalies(context, healthy.model, digits);
    await reportDead(context, countVerdicts(healthy.verdicts, 'constant-output'));
    await showGrids(context, healthy, digits);
  },
});

type Trained = Awaited<ReturnType<typeof trainFlat>>;

function trainFlat({ train }: SuiteContext, variant: string, steps: number) {
  const changes = { ...small, latentDim: 2, reconstructionLoss: 'bce' } as const;
  return train(autoencoderMnist, { variant, steps, changes });
}

async function reportTwoLatents(context: SuiteContext, pcaMse: number, test: ImageDataset): Promise<void> {
  const flat = await trainFlat(context, 'two-latents', 2000);
  const untrained = await trainFlat(context, 'untrained', 1);
  context.report(neighbors, { healthy: await namedByNeighbors(context, flat.model) });
  context.report(untrainedCodes, { broken: await namedByNeighbors(context, untrained.model) });
  context.report(twoNumbers, { broken: (await meanSquaredError(flat.model, test)) / pcaMse });
  const straight = await context.train(autoencoderMnist, {
    variant: 'linear',
    steps: 500,
    changes: { architecture: 'mlp', hiddenUnits: [], output: 'linear' },
  });
  context.report(linear, { broken: (await meanSquaredError(straight.model, test)) / pcaMse });
  const garmentsOf = await loadFashionMnist({ files: context.files, split: 'test' });
  const noise = areaUnderRoc(
    await anomalyScores(untrained.model, garmentsOf, 2000),
    await anomalyScores(untrained.model, test, 2000),
  );
  context.report(untrainedErrors, { broken: noise });
  const codes = await codesOf(flat.model, test, 5000);
  const plot = scatterPlot(codes.values, test.labels!);
  await context.grid('two-latents', plot, 1);
  plot.dispose();
}

/** Of pixels in [0, 1]. */
async function meanSquaredError(model: Autoencoder, test: ImageDataset): Promise<number> {
  const errors = await anomalyScores(model, test);
  const { imageSize, channels } = model.config;
  return errors.reduce((sum, each) => sum + each, 0) / errors.length / (imageSize ** 2 * channels);
}

async function namedByNeighbors({ files }: SuiteContext, model: Autoencoder): Promise<number> {
  const [train, test] = [await loadMnist({ files }), await loadMnist({ files, split: 'test' })];
  const [reference, queries] = [await codesOf(model, train, 10_000), await codesOf(model, test, 5000)];
  const { accuracy } = nearestNeighborAccuracy({
    reference,
    referenceLabels: train.labels!.subarray(0, reference.count),
    queries,
    queryLabels: test.labels!.subarray(0, queries.count),
    neighbors: 10,
  });
  return accuracy;
}

/** Of the first images. */
async function codesOf(model: Autoencoder, dataset: ImageDataset, count: number) {
  const dimension = model.config.latentDim;
  const values = new Float32Array(count * dimension);
  let at = 0;
  for await (const images of digitBatches(dataset, { count })) {
    const codes = model.encode(images);
    values.set(await codes.data(), at);
    at += codes.size;
    tf.dispose([images, codes]);
  }
  return { count, dimension, values };
}

async function reportDenoising(context: SuiteContext, test: ImageDataset): Promise<void> {
  const request = { steps: 1200, changes: convolutional };
  const denoising = await context.train(autoencoderMnist, {
    ...request,
    variant: 'denoising',
    changes: { ...convolutional, noiseSigma: sigma },
  });
  const plain = await context.train(autoencoderMnist, { ...request, variant: 'without-noise' });
  const rng = context.rng.fork('noise');
  const measure = (model: Autoencoder) =>
    measureDenoising(model, digitBatches(test, { count: 1000 }), { sigma, rng });
  const [cleaned, kept] = [await measure(denoising.model), await measure(plain.model)];
  context.report(gain, { healthy: cleaned.cleaned - cleaned.noisy });
  context.report(noNoise, { broken: kept.cleaned - kept.noisy });
  context.fact('PSNR of noisy digits, cut to the range of pixels, dB', cleaned.noisy);
  context.fact('PSNR of denoised digits, dB', cleaned.cleaned);
  for await (const digits of digitBatches(test, { count: 16, batchSize: 16 })) {
    const rows = tf.tidy(() => {
      const noisy = digits.add<tf.Tensor4D>(rng.normal<tf.Rank.R4>(digits.shape).mul(2 * sigma));
      const shown = noisy.clipByValue(-1, 1);
      return tf.concat([digits, shown as tf.Tensor4D, denoising.model.reconstruct(noisy)]);
    });
    await context.grid('denoised', rows, 16);
    tf.dispose([digits, rows]);
  }
}

async function reportAnomalies(context: SuiteContext, model: Autoencoder, test: ImageDataset): Promise<void> {
  const { files } = context;
  const clothes = await loadFashionMnist({ files, split: 'test' });
  context.report(garments, {
    healthy: areaUnderRoc(await anomalyScores(model, clothes, 2000), await anomalyScores(model, test, 2000)),
  });
  const train = await loadMnist({ files });
  const request = { steps: 1000, changes: { ...small, latentDim: 8 } };
  const without = await context.train(autoencoderMnist, {
    ...request,
    variant: 'nine-digits',
    batches: () =>
      batchesOf(
        train,
        (label) => label !== leftOut,
        autoencoderMnist.batchSize,
        context.rng.fork('nine digits'),
      ),
  });
  const withAll = await context.train(autoencoderMnist, { ...request, variant: 'ten-digits' });
  context.report(novelty, { healthy: await classAnomaly(without.model, test, leftOut) });
  context.report(known, { broken: await classAnomaly(withAll.model, test, leftOut) });
}

/** A learning rate that switches every unit off. */
async function reportDead(context: SuiteContext, healthyAlarms: number): Promise<void> {
  const { files } = context;
  const dead = await context.train(autoencoderMnist, {
    variant: 'dead-code',
    steps: 150,
    changes: { learningRate: 1 },
    monitors: async (created) =>
      watchingEvery(await autoencoderMnist.monitors(created, { files, config: autoencoderMnist.config }), 50),
  });
  context.report(alarm, {
    healthy: healthyAlarms,
    broken: countVerdicts(dead.verdicts, 'constant-output'),
  });
  const { classesCovered } = await dead.evaluate({ count: 200 });
  context.report(oneDigit, { broken: classesCovered! });
}

/** Samples of both kinds, and sixteen test digits above what their codes give back. */
async function showGrids(context: SuiteContext, { model, rng }: Trained, test: ImageDataset): Promise<void> {
  for (const latents of ['mixture', 'standard'] as const) {
    const options = { ...autoencoderMnist.sampleOptions, latents };
    const request = { count: 64, firstIndex: 0, rng: rng.fork('grid'), options };
    for await (const images of autoencoderMnist.sample(model, request)) {
      await context.grid(latents === 'mixture' ? 'healthy' : 'standard-latents', images, 8);
      images.dispose();
    }
  }
  for await (const digits of digitBatches(test, { count: 16, batchSize: 16 })) {
    const pairs = tf.tidy(() => tf.concat([digits, model.reconstruct(digits)]));
    await context.grid('reconstructions', pairs, 16);
    tf.dispose([digits, pairs]);
  }
}
