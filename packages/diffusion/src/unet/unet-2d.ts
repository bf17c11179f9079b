// The U-Net that predicts the noise in an image, as diffusers builds it (UNet2DModel, with its parameter names).
// Ho, Jain, Abbeel (2020), "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, appendix B.
//   levels of residual blocks, each followed by self-attention between pixels where the configuration asks for it
// The net itself, and where it differs from the paper: unet-blocks/create-u-net.ts.
import { createAttentionBlock, type Model, type RandomStream } from '@tintype/core-tensor';
import type { Denoiser } from '../denoiser.ts';
import { createUNet } from '../unet-blocks/create-u-net.ts';
import type { AttentionPlace, CreateAttention } from '../unet-blocks/level-layer.ts';
import { type ResolvedUNet2dConfig, resolveUNet2dConfig, type UNet2dConfig } from './config.ts';

export interface UNet2d extends Model<ResolvedUNet2dConfig>, Denoiser {}

/** Creates the net and draws its parameters. Throws `E_CONFIG`, `E_SHAPE` on impossible sizes, `E_NO_BACKEND`. */
export function createUNet2d(config: UNet2dConfig, rng: RandomStream): UNet2d {
  const resolved = resolveUNet2dConfig(config);
  return createUNet(resolved, { name: 'UNet2d', createAttention: selfAttention(resolved) }, rng);
}

function selfAttention(config: ResolvedUNet2dConfig): CreateAttention {
  const { attentionHeadDim, normGroups, normEpsilon, midBlockAttentionNorm } = config;
  return (scope, place) => {
    if (!attends(config, place)) return undefined;
    const { channels, path } = place;
    return createAttentionBlock(scope, {
      channels,
      headDim: attentionHeadDim ?? channels,
      normGroups: path === 'mid' && !midBlockAttentionNorm ? 0 : normGroups,
      normEpsilon,
    });
  };
}

function attends(config: ResolvedUNet2dConfig, { path, level }: AttentionPlace): boolean {
  if (path === 'mid') return config.midBlockAttention;
  return (path === 'down' ? config.downBlocks : config.upBlocks)[level] === 'attention';
}
