import { tf } from '@tintype/backend';
import { createAttention } from '../layers/attention.ts';
import { createGroupNorm } from '../layers/group-norm.ts';
import type { ParameterScope } from '../parameters/create-parameters.ts';

export interface AttentionBlockOptions {
  readonly channels: number;
  /** Channels of one head; must divide `channels`. */
  readonly headDim: number;
  /** 0 leaves the norm out. */
  readonly normGroups: number;
  readonly normEpsilon: number;
}

/** [b, h, w, channels] → the same shape. */
export type AttentionBlock = (x: tf.Tensor4D) => tf.Tensor4D;

/** Self-attention between the pixels of the (normalised) map, added to the map (diffusers' Attention and its names). */
export function createAttentionBlock(scope: ParameterScope, options: AttentionBlockOptions): AttentionBlock {
  const { channels, headDim, normGroups: groups, normEpsilon: epsilon } = options;
  const norm =
    groups === 0 ? undefined : createGroupNorm(scope.child('group_norm'), { groups, channels, epsilon });
  const attend = createAttention(scope, { channels, heads: channels / headDim });
  return (x) =>
    tf.tidy(() => {
      const [batch, height, width] = x.shape;
      const tokens = (norm ? norm(x) : x).reshape([batch, height * width, channels]) as tf.Tensor3D;
      return x.add(attend(tokens).reshape(x.shape));
    });
}
