import {
  createConv2d,
  createGroupNorm,
  createLinear,
  type ParameterScope,
  tf,
  zeros,
} from '@tintype/core-tensor';
import { createTransformerBlock, type TransformerBlockOptions } from './transformer-block.ts';

export interface Transformer2dOptions extends TransformerBlockOptions {
  /** Transformer blocks one after the other. */
  readonly layers: number;
  readonly normGroups: number;
  /** Whether `proj_in` and `proj_out` are stored as linear layers, not as 1×1 convolutions; they compute the same. */
  readonly useLinearProjection: boolean;
}

/** A map [b, h, w, channels] and tokens [b, n, contextChannels] → the map's shape. */
export type Transformer2d = (x: tf.Tensor4D, context: tf.Tensor3D) => tf.Tensor4D;

/** diffusers' Transformer2DModel has this epsilon, whatever that of the U-Net. */
const normEpsilon = 1e-6;

/**
 * Transformer blocks between the pixels of a map, added to it (Rombach et al. 2022, arXiv 2112.10752, appendix E.2.1;
 * diffusers' Transformer2DModel: `norm`, `proj_in`, `transformer_blocks.N`, `proj_out`). `proj_out` starts at zero, as in
 * the authors' code, so that a net starts as one without attention (diffusers draws it).
 */
export function createTransformer2d(scope: ParameterScope, options: Transformer2dOptions): Transformer2d {
  const { channels, layers, normGroups: groups } = options;
  const norm = createGroupNorm(scope.child('norm'), { groups, channels, epsilon: normEpsilon });
  const projIn = createProjection(scope.child('proj_in'), options);
  const blocks = Array.from({ length: layers }, (_, i) =>
    createTransformerBlock(scope.child(`transformer_blocks.${i}`), options),
  );
  const projOut = createProjection(scope.child('proj_out'), options, true);
  return (x, context) =>
    tf.tidy(() => {
      const [batch, height, width] = x.shape;
      let tokens = projIn(norm(x)).reshape([batch, height * width, channels]) as tf.Tensor3D;
      for (const block of blocks) tokens = block(tokens, context);
      return x.add(projOut(tokens.reshape(x.shape)));
    });
}

/** Channels to channels, pixel by pixel. */
function createProjection(
  scope: ParameterScope,
  { channels, useLinearProjection }: Transformer2dOptions,
  startsAtZero = false,
): (x: tf.Tensor4D) => tf.Tensor4D {
  const start = startsAtZero ? { initializer: zeros(), biasInitializer: zeros() } : {};
  return useLinearProjection
    ? createLinear(scope, { inFeatures: channels, outFeatures: channels, ...start })
    : createConv2d(scope, { inChannels: channels, outChannels: channels, kernelSize: 1, ...start });
}
