import type { Vae } from '@tintype/autoencoders';
import {
  createConstantOutputMonitor,
  createDivergenceMonitor,
  createPosteriorCollapseMonitor,
  type Monitor,
  type tf,
} from '@tintype/core-tensor';
import { monitoredDigits } from './monitored-digits.ts';
import type { MonitorRequest } from './recipe.ts';

/** Watches a VAE on real images: its losses, whether its codes are used and whether its pictures differ. */
export async function createVaeMonitors(model: Vae, request: MonitorRequest): Promise<readonly Monitor[]> {
  const { imageSize } = model.config;
  const { real } = await monitoredDigits({ ...request, imageSize });
  return [
    createDivergenceMonitor(),
    createPosteriorCollapseMonitor({ encode: (images) => model.encode(images as tf.Tensor4D), images: real }),
    createConstantOutputMonitor({ real, reconstruct: (images) => model.reconstruct(images as tf.Tensor4D) }),
  ];
}
