import {
  createConstantOutputMonitor,
  createDivergenceMonitor,
  createEmaGapMonitor,
  createIgnoredConditionMonitor,
  type DrawContext,
  type Ema,
  type Monitor,
  tf,
} from '@tintype/core-tensor';
import { type Condition, ddpmLoss, type NoiseSchedule, sampleDdim, type UNet2d } from '@tintype/diffusion';
import { classifierFreeGuidance } from '@tintype/guidance';
import type { ImageSource } from './image-source.ts';
import { type MonitoredImages, monitoredImages } from './monitored-images.ts';
import type { MonitorRequest } from './recipe.ts';

export interface MonitoredDiffusion {
  readonly model: UNet2d & { readonly schedule: NoiseSchedule };
  readonly ema: Ema;
}

export interface GuidedDiffusion extends MonitoredDiffusion {
  readonly guidanceScale: number;
}

/** Sampling is dear, so a check draws few images in few steps. */
const scoredImages = 32;
const drawnImages = 16;
const inferenceSteps = 10;

/** Watches the loss, the average of the weights, and whether what is drawn from different noise differs. */
export async function createDdpmMonitors(
  diffusion: MonitoredDiffusion,
  request: MonitorRequest & { readonly source?: ImageSource },
): Promise<readonly Monitor[]> {
  const digits = await monitoredImages({ ...request, imageSize: diffusion.model.config.imageSize });
  const sample = (count: number, context: DrawContext) => draw(diffusion.model, count, context);
  return [
    createDivergenceMonitor(),
    emaGap(diffusion, digits),
    createConstantOutputMonitor({
      real: digits.real,
      sample,
      samples: drawnImages,
      interval: 1000,
      patience: 1,
    }),
  ];
}

/** Watches the loss, the average of the weights, and whether digits are drawn as they are asked for. */
export async function createGuidedMonitors(
  diffusion: GuidedDiffusion,
  request: MonitorRequest,
): Promise<readonly Monitor[]> {
  const { imageSize, numClasses } = diffusion.model.config;
  const digits = await monitoredImages({ ...request, imageSize, needsNetwork: numClasses === 10 });
  const isAsked = (numClasses ?? 0) > 1;
  return [
    createDivergenceMonitor(),
    emaGap(diffusion, digits),
    ...(isAsked ? [ignoredCondition(diffusion, digits)] : []),
  ];
}

/** Owns the network. */
function ignoredCondition({ model, guidanceScale }: GuidedDiffusion, { network }: MonitoredImages): Monitor {
  const { config, schedule, hasNullLabel } = model;
  const denoiser = hasNullLabel ? classifierFreeGuidance(model, { guidanceScale }) : model;
  const guided = { ...denoiser, config, schedule };
  const monitor = createIgnoredConditionMonitor({
    numClasses: config.numClasses!,
    generate: (labels, context) => draw(guided, labels.size, context, { labels }),
    ...(network && { classify: (images: tf.Tensor) => network.logits(images as tf.Tensor4D) }),
    samples: drawnImages,
    interval: 500,
    patience: 1,
  });
  return { ...monitor, dispose: () => network?.dispose() };
}

/** The loss on noised real images, with the raw and with the averaged weights. */
function emaGap({ model, ema }: MonitoredDiffusion, { real }: MonitoredImages): Monitor {
  const { schedule, parameters } = model;
  return createEmaGapMonitor({
    ema,
    parameters,
    interval: 500,
    async score({ rng }) {
      const xStart = (await real(scoredImages, { rng: rng.fork('images') })) as tf.Tensor4D;
      const loss = tf.tidy(() => {
        const t = rng.fork('timesteps').integers<tf.Rank.R1>([xStart.shape[0]], 0, schedule.timesteps);
        const noise = rng.fork('noise').normal<tf.Rank.R4>(xStart.shape);
        return ddpmLoss(model, schedule, { xStart, noise, t, ...nullCondition(model, xStart.shape[0]) })
          .total;
      });
      xStart.dispose();
      return loss;
    },
  });
}

/** A net with classes is asked for none, or for the first where it learned no null label. */
function nullCondition({ config, hasNullLabel }: UNet2d, count: number): { condition?: Condition } {
  if (config.numClasses === null) return {};
  return { condition: { labels: tf.fill([count], hasNullLabel ? -1 : 0, 'int32') } };
}

type Drawn = Parameters<typeof sampleDdim>[0] & Pick<MonitoredDiffusion['model'], 'config' | 'schedule'>;

function draw(
  model: Drawn,
  count: number,
  { rng, signal }: DrawContext,
  condition?: Condition,
): Promise<tf.Tensor4D> {
  const { imageSize, channels } = model.config;
  return sampleDdim(model, model.schedule, {
    shape: [imageSize, imageSize, channels],
    count,
    firstIndex: 0,
    rng,
    numInferenceSteps: Math.min(inferenceSteps, model.schedule.timesteps),
    eta: 0,
    ...(condition && { condition }),
    ...(signal && { signal }),
  });
}
