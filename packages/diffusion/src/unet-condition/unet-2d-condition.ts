// The U-Net that looks at tokens while it predicts the noise, as diffusers builds it (UNet2DConditionModel, with its
// parameter names). Rombach et al. (2022), "High-Resolution Image Synthesis with Latent Diffusion Models",
// arXiv 2112.10752, §3.3 and appendix E.2.1.
//   ε_θ(x_t, t, y): each residual block is followed by self-attention, softmax(Q(x) K(y)ᵀ/√d) V(y), a feed-forward
// Differences: `proj_out` of each transformer starts at zero, as in the authors' code (diffusers draws it); the rest
// as in unet-blocks/create-u-net.ts.
import { type Model, type RandomStream, TintypeError, type tf } from '@tintype/core-tensor';
import type { Condition, Denoiser } from '../denoiser.ts';
import { createUNet } from '../unet-blocks/create-u-net.ts';
import type { AttentionPlace, CreateAttention } from '../unet-blocks/level-layer.ts';
import {
  type ResolvedUNet2dConditionConfig,
  resolveUNet2dConditionConfig,
  type UNet2dConditionConfig,
} from './config.ts';
import { createTransformer2d } from './transformer-2d.ts';

/** Its `predict` takes `condition.encoderHiddenStates` [batch, tokens, crossAttentionDim]; `E_SHAPE` for anything else. */
export interface UNet2dCondition extends Model<ResolvedUNet2dConditionConfig>, Denoiser {}

/** Creates the net and draws its parameters. Throws `E_CONFIG`, `E_SHAPE` on impossible sizes, `E_NO_BACKEND`. */
export function createUNet2dCondition(config: UNet2dConditionConfig, rng: RandomStream): UNet2dCondition {
  const resolved = resolveUNet2dConditionConfig(config);
  const contextChannels = resolved.crossAttentionDim.at(-1)!;
  const parts = {
    name: 'UNet2dCondition',
    createAttention: crossAttention(resolved),
    contextOf: (condition: Condition | undefined, batch: number) =>
      assertContext(condition?.encoderHiddenStates, [batch, contextChannels]),
  };
  return createUNet(resolved, parts, rng);
}

function crossAttention(config: ResolvedUNet2dConditionConfig): CreateAttention {
  const { attentionHeads, crossAttentionDim, transformerLayers, normGroups, useLinearProjection } = config;
  return (scope, place) => {
    if (!attends(config, place)) return undefined;
    const { channels } = place;
    const level = place.path === 'up' ? config.blockOutChannels.length - 1 - place.level : place.level;
    const transformer = createTransformer2d(scope, {
      channels,
      heads: attentionHeads[level]!,
      contextChannels: crossAttentionDim[level]!,
      layers: transformerLayers[level]!,
      normGroups,
      useLinearProjection,
    });
    return (x, context) => transformer(x, context!);
  };
}

function attends(config: ResolvedUNet2dConditionConfig, { path, level }: AttentionPlace): boolean {
  if (path === 'mid') return true;
  return (path === 'down' ? config.downBlocks : config.upBlocks)[level] === 'cross-attention';
}

function assertContext(context: tf.Tensor | undefined, [batch, channels]: [number, number]): tf.Tensor3D {
  const [rows, tokens = 0, size] = context?.shape ?? [];
  if (context?.rank === 3 && rows === batch && tokens > 0 && size === channels) return context as tf.Tensor3D;
  throw new TintypeError('E_SHAPE', {
    where: 'UNet2dCondition.predict: condition.encoderHiddenStates',
    what: 'the net needs tokens to look at, for each image',
    got: context?.shape ?? 'none',
    expected: `[${batch}, tokens, ${channels}]`,
    remedy: 'Pass them as `condition: { encoderHiddenStates }`',
  });
}
