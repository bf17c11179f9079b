import type { Autoencoder } from '@tintype/autoencoders';
import {
  createConstantOutputMonitor,
  createDivergenceMonitor,
  type Monitor,
  type tf,
} from '@tintype/core-tensor';
import type { ImageSource } from './image-source.ts';
import { monitoredImages } from './monitored-images.ts';
import type { MonitorRequest } from './recipe.ts';

/** Watches an autoencoder on real images: its loss, whether its code lives and whether its pictures differ. */
export async function createAutoencoderMonitors(
  model: Autoencoder,
  source: ImageSource,
  request: MonitorRequest,
): Promise<readonly Monitor[]> {
  const { imageSize } = model.config;
  const { real } = await monitoredImages({ ...request, source, imageSize });
  return [
    createDivergenceMonitor(),
    createConstantOutputMonitor({
      real,
      reconstruct: (images) => model.reconstruct(images as tf.Tensor4D),
      encode: (images) => model.encode(images as tf.Tensor4D),
    }),
  ];
}
