import { type Monitor, tf } from '@tintype/core-tensor';
import { createImageBatches, gatherImages, type ImageDataset } from '@tintype/datasets';
import { type VaeRecipe, vaeMnist } from '@tintype/recipes';
import { type CheckDefinition, defineSuite, type QualitySuite } from './quality-suite.ts';

const side = 6;

/** Slopes in twenty directions. */
const pictures: ImageDataset = {
  name: 'pictures',
  size: 20,
  height: side,
  width: side,
  channels: 1,
  pixels: Uint8Array.from({ length: 20 * side * side }, (_, i) => {
    const [picture, y, x] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    const angle = (picture / 20) * 2 * Math.PI;
    return Math.round(127 + 35 * ((x - 2.5) * Math.cos(angle) + (y - 2.5) * Math.sin(angle)));
  }),
};

/** A training of milliseconds: the VAE, small, on pictures that need no package. */
export const tinyRecipe: VaeRecipe = {
  ...vaeMnist,
  name: 'tiny',
  config: {
    ...vaeMnist.config,
    imageSize: side,
    hiddenUnits: [16],
    latentDim: 2,
    klWeight: 0.1,
    learningRate: 0.02,
  },
  steps: 60,
  batchSize: 10,
  monitors: async () => [stalled],
  data: async ({ batchSize, rng }) => createImageBatches(pictures, { batchSize, rng }),
  async evaluate(model) {
    const error = tf.tidy(() => {
      const images = gatherImages(
        pictures,
        Int32Array.from({ length: 20 }, (_, i) => i),
        side,
      );
      return tf.losses.meanSquaredError(images, model.reconstruct(images)) as tf.Scalar;
    });
    const [reconstructionError] = await error.data();
    error.dispose();
    return { reconstructionError: reconstructionError! };
  },
};

/** The reconstruction term starts at 36·ln 2 = 24.95 nats and falls to 21. */
const stalled: Monitor = {
  name: 'stalled',
  interval: 20,
  check: ({ step, values }) =>
    step >= 40 && values.reconstruction! > 23
      ? { verdict: 'stalled', evidence: { reconstruction: values.reconstruction! }, advice: 'Train faster.' }
      : undefined,
};

const reconstruction = 'pictures are reconstructed';
const checks: readonly CheckDefinition[] = [
  {
    id: '9.3',
    name: reconstruction,
    kind: 'D',
    direction: '<=',
    threshold: 'calibrated',
    quickThreshold: 0.1,
  },
  { id: '9.6', name: 'without learning they are not', kind: 'N', breaks: reconstruction },
  {
    id: '9.6',
    name: 'the monitor sees that nothing is learned',
    kind: 'N',
    monitor: 'stalled',
    isQuick: true,
  },
];

export interface TinySuiteOptions {
  /** Learning rates of the healthy and of the broken training. */
  readonly healthy?: number;
  readonly broken?: number;
}

/** A suite of a second: a healthy training and one that learns nothing. */
export function createTinySuite({ healthy = 0.02, broken = 1e-9 }: TinySuiteOptions = {}): QualitySuite {
  return defineSuite({
    name: 'tiny',
    system: 'vae',
    description: 'Slopes & <pictures>',
    steps: 60,
    quick: { steps: 60 },
    checks,
    async measure({ train, report, fact, grid }) {
      const good = await train(tinyRecipe, { variant: 'healthy', changes: { learningRate: healthy } });
      const bad = await train(tinyRecipe, { variant: 'stalled', changes: { learningRate: broken } });
      for (const [side, trained] of [
        ['healthy', good],
        ['broken', bad],
      ] as const) {
        const { reconstructionError } = await trained.evaluate({ count: 20 });
        const alarms = trained.verdicts.filter(({ verdict }) => verdict === 'stalled').length;
        report(side === 'healthy' ? reconstruction : checks[1]!.name, { [side]: reconstructionError });
        report(checks[2]!.name, { [side]: alarms });
      }
      fact('n', 20);
      const shown = tf.tidy(() => good.model.decode(tf.zeros([4, 2])));
      await grid('samples', shown);
      shown.dispose();
    },
  });
}
