import type { Vae } from '@tintype/autoencoders';
import {
  createConstantOutputMonitor,
  createDivergenceMonitor,
  createPosteriorCollapseMonitor,
  type Monitor,
  type tf,
} from '@tintype/core-tensor';
import type { ImageSource } from './image-source.ts';
import { monitoredImages } from './monitored-images.ts';
import type { MonitorRequest } from './recipe.ts';

/** Watches a VAE on real images: its losses, whether its codes are used and whether its pictures differ. */
export async function createVaeMonitors(
  model: Vae,
  source: ImageSource,
  request: MonitorRequest,
): Promise<readonly Monitor[]> {
  const { imageSize } = model.config;
  const { real } = await monitoredImages({ ...request, source, imageSize });
  return [
    createDivergenceMonitor(),
    createPosteriorCollapseMonitor({ encode: (images) => model.encode(images as tf.Tensor4D), images: real }),
    createConstantOutputMonitor({ real, reconstruct: (images) => model.reconstruct(images as tf.Tensor4D) }),
  ];
}
