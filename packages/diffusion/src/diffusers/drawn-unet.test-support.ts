import { createRandomStream, type tf } from '@tintype/core-tensor';
import type { UNet2dConfig } from '../unet/config.ts';
import { createUNet2d, type UNet2d } from '../unet/unet-2d.ts';

export const tinyUNet: UNet2dConfig = {
  imageSize: 8,
  channels: 1,
  blockOutChannels: [4, 8],
  layersPerBlock: 1,
  downBlocks: ['plain', 'attention'],
  normGroups: 2,
  attentionHeadDim: 4,
};

/** A net whose every parameter is drawn, so that its prediction depends on everything. */
export function createDrawnUNet(config: Partial<UNet2dConfig> = {}): UNet2d {
  const rng = createRandomStream(9);
  const model = createUNet2d({ ...tinyUNet, ...config }, rng);
  for (const [name, { variable }] of model.parameters) {
    const drawn: tf.Tensor = rng
      .fork('draw')
      .fork(name)
      .normal(variable.shape as [number], 0, 0.2);
    variable.assign(drawn);
    drawn.dispose();
  }
  return model;
}
