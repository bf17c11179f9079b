import {
  createDiscriminatorGeneratorImbalanceMonitor,
  createDivergenceMonitor,
  createDuplicateLatentsMonitor,
  createEmaGapMonitor,
  createMemorizationMonitor,
  createModeCollapseMonitor,
  createOverfittingDiscriminatorMonitor,
  type Draw,
  type Ema,
  type Monitor,
  tf,
} from '@tintype/core-tensor';
import type { Gan } from '@tintype/gan';
import { type MonitoredImages, monitoredImages } from './monitored-images.ts';
import type { MonitorRequest } from './recipe.ts';

export interface MonitoredGan {
  readonly model: Gan;
  readonly ema: Ema;
  /** Those of the latest step. */
  readonly latents: () => tf.Tensor | undefined;
}

/** Rows that a check draws of each kind; the user's own images may be too few to compare with. */
const rows = 64;
const trainingRows = 2000;

/**
 * Watches both networks: their losses and balance, the latents, and what the generator draws beside real digits. With the
 * user's own images distances are those of pixels, and what needs images that were not trained on is left out.
 */
export async function createGanMonitors(
  { model, ema, latents }: MonitoredGan,
  request: MonitorRequest,
): Promise<readonly Monitor[]> {
  const { imageSize, latentDim } = model.config;
  const digits = await monitoredImages({ ...request, imageSize, needsNetwork: true, needsSplit: true });
  const sample: Draw = (count, { rng }) =>
    tf.tidy(() => model.generate(rng.normal<tf.Rank.R2>([count, latentDim])));
  return [
    createDivergenceMonitor(),
    createDiscriminatorGeneratorImbalanceMonitor(),
    createDuplicateLatentsMonitor({ latents }),
    createEmaGapMonitor({ ema, parameters: model.parameters }),
    ...(digits.size >= rows ? [modeCollapse(digits, sample)] : []),
    ...(digits.split ? comparedWithHeld(model, digits.split, sample) : []),
  ];
}

/** Owns the network. */
function modeCollapse({ real, network }: MonitoredImages, sample: Draw): Monitor {
  const reading = network && {
    features: (images: tf.Tensor) => network.features(images as tf.Tensor4D),
    classify: (images: tf.Tensor) => network.logits(images as tf.Tensor4D),
  };
  const monitor = createModeCollapseMonitor({ sample, real, samples: rows, ...reading });
  return { ...monitor, dispose: () => network?.dispose() };
}

function comparedWithHeld(
  model: Gan,
  { held, train, firstTraining }: NonNullable<MonitoredImages['split']>,
  sample: Draw,
): Monitor[] {
  const logits = (images: tf.Tensor) => model.discriminator(images as tf.Tensor4D, { isTraining: false });
  return [
    createOverfittingDiscriminatorMonitor({ logits, train, held, sample }),
    createMemorizationMonitor({ sample, held, train: () => firstTraining(trainingRows) }),
  ];
}
