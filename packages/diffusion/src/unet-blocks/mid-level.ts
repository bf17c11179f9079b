import { createCheckpointed, createResnetBlock, type ParameterScope, type tf } from '@tintype/core-tensor';
import type { ResolvedUNetConfig } from './config.ts';
import { type CreateAttention, type LayerInputs, resnetOptions } from './level-layer.ts';

/** The coarsest maps [b, h, w, c] → the same shape. */
export type MidLevel = (x: tf.Tensor4D, inputs: LayerInputs) => tf.Tensor4D;

/** diffusers' middle blocks: residual block, attention where the net has it, residual block. */
export function createMidLevel(
  scope: ParameterScope,
  config: ResolvedUNetConfig,
  createAttention: CreateAttention,
): MidLevel {
  const channels = config.blockOutChannels.at(-1)!;
  const level = config.blockOutChannels.length - 1;
  const options = resnetOptions(config, channels, channels);
  const isCheckpointed = config.checkpointActivations;
  const createResnet = (name: string) =>
    createCheckpointed(scope.child(name), isCheckpointed, (at) => createResnetBlock(at, options));
  const before = createResnet('resnets.0');
  const attend = createCheckpointed(scope.child('attentions.0'), isCheckpointed, (at) => {
    const attention = createAttention(at, { path: 'mid', level, channels });
    return (x: tf.Tensor4D, context?: tf.Tensor3D) => (attention ? attention(x, context) : x);
  });
  const after = createResnet('resnets.1');
  return (x, { activatedTime, context, dropoutRng }) => {
    const h = attend(before(x, activatedTime, dropoutRng), context);
    return after(h, activatedTime, dropoutRng);
  };
}
