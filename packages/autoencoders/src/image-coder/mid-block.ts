import { createAttentionBlock, createResnetBlock, type ParameterScope, tf } from '@tintype/core-tensor';
import type { ImageCoderConfig } from './config.ts';

/** Of every norm of the architecture. */
export const normEpsilon = 1e-6;

/** The coarsest maps [b, h, w, c] → the same shape. */
export type MidBlock = (x: tf.Tensor4D) => tf.Tensor4D;

/** diffusers' UNetMidBlock2D without time: residual block, attention of one head where there is any, residual block. */
export function createMidBlock(
  scope: ParameterScope,
  { blockOutChannels, normGroups, midBlockAttention }: ImageCoderConfig,
): MidBlock {
  const channels = blockOutChannels.at(-1)!;
  const createResnet = (index: number) =>
    createResnetBlock(scope.child(`resnets.${index}`), {
      inChannels: channels,
      outChannels: channels,
      timeChannels: null,
      normGroups,
      normEpsilon,
    });
  const before = createResnet(0);
  const attention = midBlockAttention
    ? createAttentionBlock(scope.child('attentions.0'), {
        channels,
        headDim: channels,
        normGroups,
        normEpsilon,
      })
    : undefined;
  const after = createResnet(1);
  return (x) =>
    tf.tidy(() => {
      const h = before(x);
      return after(attention ? attention(h) : h);
    });
}
