import {
  createCodebookCollapseMonitor,
  createConstantOutputMonitor,
  createDivergenceMonitor,
  type Monitor,
  type tf,
} from '@tintype/core-tensor';
import type { ImageSource } from './image-source.ts';
import { monitoredImages } from './monitored-images.ts';
import type { MonitorRequest } from './recipe.ts';
import type { VqVaeWithPrior } from './vq-vae-with-prior.ts';

/** Watches a VQ-VAE on real images: its losses, whether its codes are used and whether its pictures differ. */
export async function createVqVaeMonitors(
  { vqVae }: VqVaeWithPrior,
  source: ImageSource,
  request: MonitorRequest,
): Promise<readonly Monitor[]> {
  const { imageSize, codebookSize } = vqVae.config;
  const { real } = await monitoredImages({ ...request, source, imageSize });
  return [
    createDivergenceMonitor(),
    createCodebookCollapseMonitor({
      codebookSize,
      async codes(count, context) {
        const images = (await real(count, context)) as tf.Tensor4D;
        const codes = vqVae.encodeIndices(images);
        images.dispose();
        return codes;
      },
    }),
    createConstantOutputMonitor({ real, reconstruct: (images) => vqVae.reconstruct(images as tf.Tensor4D) }),
  ];
}
