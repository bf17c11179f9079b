import {
  createConstantOutputMonitor,
  createDivergenceMonitor,
  createEmaGapMonitor,
  type Ema,
  type Monitor,
  tf,
} from '@tintype/core-tensor';
import { ddpmLoss } from '@tintype/diffusion';
import type { ImageSource } from './image-source.ts';
import type { LatentDiffusion } from './latent-diffusion.ts';
import { monitoredImages } from './monitored-images.ts';
import type { MonitorRequest } from './recipe.ts';

const scoredImages = 32;

/** Watches the losses, whether the first stage's pictures differ, and the average of the denoiser's weights. */
export async function createLatentDiffusionMonitors(
  { firstStage, denoiser }: LatentDiffusion,
  ema: Ema,
  source: ImageSource,
  request: MonitorRequest,
): Promise<readonly Monitor[]> {
  const { real } = await monitoredImages({ ...request, source, imageSize: firstStage.config.imageSize });
  const { encode, encodeScaled, decode } = firstStage;
  const { schedule, parameters } = denoiser;
  return [
    createDivergenceMonitor(),
    createEmaGapMonitor({
      ema,
      parameters,
      interval: 500,
      async score({ rng }) {
        const images = (await real(scoredImages, { rng: rng.fork('images') })) as tf.Tensor4D;
        const loss = tf.tidy(() => {
          const xStart = encodeScaled(images);
          const t = rng.fork('timesteps').integers<tf.Rank.R1>([xStart.shape[0]], 0, schedule.timesteps);
          const noise = rng.fork('noise').normal<tf.Rank.R4>(xStart.shape);
          return ddpmLoss(denoiser, schedule, { xStart, noise, t }).total;
        });
        images.dispose();
        return loss;
      },
    }),
    createConstantOutputMonitor({
      real,
      reconstruct: (images) => tf.tidy(() => decode(encode(images as tf.Tensor4D))),
    }),
  ];
}
