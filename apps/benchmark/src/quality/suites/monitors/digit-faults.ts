import {
  type BatchSource,
  createMemorizationMonitor,
  createOverfittingDiscriminatorMonitor,
  type Draw,
  type DrawContext,
  type Monitor,
  type RandomStream,
  type TrainStep,
  tf,
  type VerdictEvent,
} from '@tintype/core-tensor';
import { gatherImages, type ImageDataset, loadMnist } from '@tintype/datasets';
import { cfgMnist, ddpmMnist, ganMnist, vaeMnist } from '@tintype/recipes';
import type { SuiteContext } from '../../quality-suite.ts';
import { batchesOf } from '../some-classes.ts';
import { ganVariant } from './gan-variants.ts';

/** A recipe with something wrong in it. */
export interface DigitFault {
  readonly name: string;
  readonly verdict: string;
  /** The verdict must come within so many. */
  readonly steps: number;
  /** Trains, and gives what the monitors said. */
  readonly train: (context: SuiteContext, steps: number) => Promise<readonly VerdictEvent[]>;
}

const imageSize = 28;

/** Those of the recipes; codebooks and cycles have none yet. */
export const digitFaults: readonly DigitFault[] = [
  {
    name: 'ddpm-mnist with a learning rate of 100',
    verdict: 'divergence',
    steps: 50,
    train: ({ train }, steps) =>
      said(train(ddpmMnist, { variant: 'learning-rate', steps, changes: { learningRate: 100 } })),
  },
  {
    name: 'gan-mnist that learns one digit of ten',
    verdict: 'mode-collapse',
    steps: 500,
    train: async ({ train, files, rng }, steps) => {
      const all = await loadMnist({ files });
      return said(
        train(ganMnist, {
          variant: 'one-digit',
          steps,
          batches: () => batchesOf(all, (label) => label === 1, ganMnist.batchSize, rng.fork('ones')),
        }),
      );
    },
  },
  {
    name: 'gan-mnist with a frozen generator',
    verdict: 'discriminator-generator-imbalance',
    steps: 500,
    train: ({ train }, steps) =>
      said(train(ganVariant({ generatorFactor: 1e-9 }), { variant: 'frozen-generator', steps })),
  },
  {
    name: 'gan-mnist with the same latents at every step',
    verdict: 'duplicate-latents',
    steps: 500,
    train: ({ train, rng }, steps) =>
      said(
        train(ganMnist, {
          variant: 'repeated-latents',
          steps,
          trainStep: ({ trainStep }) => withSameNoise(trainStep, rng.fork('same')),
        }),
      ),
  },
  {
    name: 'gan-mnist with an average of decay 0.9999 that does not warm up',
    verdict: 'ema-gap',
    steps: 500,
    train: ({ train }, steps) =>
      said(
        train(ganVariant({ warmUp: 'none' }), {
          variant: 'slow-average',
          steps,
          changes: { emaDecay: 0.9999 },
        }),
      ),
  },
  {
    name: 'gan-mnist on 50 digits',
    verdict: 'overfitting-discriminator',
    steps: 1000,
    train: async ({ train, files }, steps) => {
      const [all, held] = await Promise.all([loadMnist({ files }), loadMnist({ files, split: 'test' })]);
      const monitors = async ({ model }: ReturnType<typeof ganMnist.create>): Promise<Monitor[]> => [
        createOverfittingDiscriminatorMonitor({
          logits: (images) => model.discriminator(images as tf.Tensor4D, { isTraining: false }),
          train: drawFirst(all, 50),
          held: drawFirst(held, held.size),
          sample: (count, { rng }) =>
            tf.tidy(() => model.generate(rng.normal<tf.Rank.R2>([count, model.config.latentDim]))),
        }),
      ];
      return said(
        train(ganMnist, { variant: 'few-digits', steps, batches: () => firstOf(all, 50), monitors }),
      );
    },
  },
  {
    name: 'vae-mnist with β = 20',
    verdict: 'posterior-collapse',
    steps: 500,
    train: ({ train }, steps) =>
      said(train(vaeMnist, { variant: 'kl-weight', steps, changes: { klWeight: 20 } })),
  },
  {
    name: 'vae-mnist that draws nothing but the mean image',
    verdict: 'constant-output',
    steps: 500,
    train: ({ train }, steps) =>
      said(train(vaeMnist, { variant: 'mean-image', steps, changes: { klWeight: 1000 } })),
  },
  {
    name: 'vae-mnist on 10 digits',
    verdict: 'memorization',
    steps: 1000,
    train: async ({ train, files }, steps) => {
      const [all, held] = await Promise.all([loadMnist({ files }), loadMnist({ files, split: 'test' })]);
      const monitors = async ({ model }: ReturnType<typeof vaeMnist.create>): Promise<Monitor[]> => [
        createMemorizationMonitor({
          sample: (count, { rng }: DrawContext) =>
            tf.tidy(() => model.decode(rng.normal<tf.Rank.R2>([count, model.config.latentDim]))),
          train: () => gatherImages(all, firstIndices(10), imageSize),
          held: drawFirst(held, held.size),
        }),
      ];
      return said(
        train(vaeMnist, { variant: 'ten-digits', steps, batches: () => firstOf(all, 10), monitors }),
      );
    },
  },
  {
    name: 'cfg-mnist with the labels of other digits',
    verdict: 'ignored-condition',
    steps: 500,
    train: ({ train, rng }, steps) =>
      said(
        train(cfgMnist, {
          variant: 'shuffled-labels',
          steps,
          batchSize: 16,
          batches: (batches) => withOtherLabels(batches, rng.fork('labels')),
        }),
      ),
  },
];

async function said(
  training: Promise<{ readonly verdicts: readonly VerdictEvent[]; dispose(): void }>,
): Promise<readonly VerdictEvent[]> {
  const trained = await training;
  trained.dispose();
  return trained.verdicts;
}

function withSameNoise(trainStep: TrainStep, rng: RandomStream): TrainStep {
  const phases = trainStep.phases.map((phase): typeof phase => ({
    ...phase,
    run: (batch, context) => phase.run(batch, { ...context, rng: rng.fork(phase.name) }),
  }));
  return { ...trainStep, phases };
}

function withOtherLabels(batches: BatchSource, rng: RandomStream): BatchSource {
  return {
    async batch(step, request) {
      const { labels, ...batch } = await batches.batch(step, request);
      const others = rng.fork(step).integers(labels!.shape, 0, 10);
      labels!.dispose();
      return { ...batch, labels: others };
    },
  };
}

/** The same few digits at every step. */
function firstOf(dataset: ImageDataset, count: number): BatchSource {
  return { batch: () => ({ images: gatherImages(dataset, firstIndices(count), imageSize) }) };
}

/** Some of the first so many. */
function drawFirst(dataset: ImageDataset, size: number): Draw {
  return (count, { rng }) =>
    gatherImages(dataset, Int32Array.from(rng.permutation(size).subarray(0, count)), imageSize);
}

function firstIndices(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
