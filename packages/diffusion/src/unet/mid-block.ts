import {
  createCheckpointed,
  createResnetBlock,
  type ParameterScope,
  type RandomStream,
  type tf,
} from '@tintype/core-tensor';
import type { ResolvedUNet2dConfig } from './config.ts';
import { createLevelAttention, resnetOptions } from './down-block.ts';

/** The coarsest maps [b, h, w, c] → the same shape. */
export type MidBlock = (x: tf.Tensor4D, activatedTime: tf.Tensor2D, dropoutRng?: RandomStream) => tf.Tensor4D;

/** diffusers' UNetMidBlock2D: residual block, attention where the net has it, residual block. */
export function createMidBlock(scope: ParameterScope, config: ResolvedUNet2dConfig): MidBlock {
  const channels = config.blockOutChannels.at(-1)!;
  const options = resnetOptions(config, channels, channels);
  const isCheckpointed = config.checkpointActivations;
  const createResnet = (name: string) =>
    createCheckpointed(scope.child(name), isCheckpointed, (at) => createResnetBlock(at, options));
  const normGroups = config.midBlockAttentionNorm ? config.normGroups : 0;
  const before = createResnet('resnets.0');
  const attention = config.midBlockAttention
    ? createCheckpointed(scope.child('attentions.0'), isCheckpointed, (at) =>
        createLevelAttention(at, config, channels, normGroups),
      )
    : undefined;
  const after = createResnet('resnets.1');
  return (x, time, dropoutRng) => {
    const h = before(x, time, dropoutRng);
    return after(attention ? attention(h) : h, time, dropoutRng);
  };
}
