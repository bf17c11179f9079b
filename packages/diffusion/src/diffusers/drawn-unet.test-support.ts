import { createRandomStream, type ParameterTree, type RandomStream, type tf } from '@tintype/core-tensor';
import type { UNet2dConfig } from '../unet/config.ts';
import { createUNet2d, type UNet2d } from '../unet/unet-2d.ts';
import type { UNet2dConditionConfig } from '../unet-condition/config.ts';
import { createUNet2dCondition, type UNet2dCondition } from '../unet-condition/unet-2d-condition.ts';

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
  return withDrawnParameters((rng) => createUNet2d({ ...tinyUNet, ...config }, rng));
}

/** The same that looks at tokens of 6 channels. */
export function createDrawnConditionUNet(config: Partial<UNet2dConditionConfig> = {}): UNet2dCondition {
  const { imageSize, channels, layersPerBlock, normGroups, blockOutChannels } = tinyUNet;
  const tiny = { imageSize, channels, layersPerBlock, normGroups, blockOutChannels };
  return withDrawnParameters((rng) =>
    createUNet2dCondition({ ...tiny, crossAttentionDim: 6, attentionHeads: 2, ...config }, rng),
  );
}

function withDrawnParameters<Net extends { readonly parameters: ParameterTree }>(
  create: (rng: RandomStream) => Net,
): Net {
  const rng = createRandomStream(9);
  const model = create(rng);
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
