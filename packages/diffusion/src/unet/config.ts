import { assertConfig, v } from '@tintype/core-tensor';
import {
  assertPerLevel,
  assertUNet,
  count,
  outChannelsOf,
  refuserOf,
  type UNetConfig,
  unetEntries,
} from '../unet-blocks/config.ts';

/** A level of the U-Net: residual blocks alone, or each followed by self-attention. */
export type UNetBlockKind = 'plain' | 'attention';

export interface UNet2dConfig extends UNetConfig {
  /** Kind of each level on the way down, finest first. @default plain throughout */
  readonly downBlocks?: readonly UNetBlockKind[];
  /** Kind of each level on the way up, coarsest first. @default downBlocks reversed */
  readonly upBlocks?: readonly UNetBlockKind[];
  /** Self-attention at the coarsest level. @default true */
  readonly midBlockAttention?: boolean;
  /** Group norm in front of that attention; diffusers has none where time enters as scale and shift. @default true */
  readonly midBlockAttentionNorm?: boolean;
  /** Channels of one attention head; null is one head over all channels. @default 8 */
  readonly attentionHeadDim?: number | null;
}

export type ResolvedUNet2dConfig = Required<UNet2dConfig>;

const blockKind = v.picklist(['plain', 'attention']);

const schema = v.strictObject({
  ...unetEntries,
  downBlocks: v.optional(v.array(blockKind)),
  upBlocks: v.optional(v.array(blockKind)),
  midBlockAttention: v.optional(v.boolean(), true),
  midBlockAttentionNorm: v.optional(v.boolean(), true),
  attentionHeadDim: v.optional(v.nullable(count), 8),
});

const where = 'createUNet2d';

/**
 * Checks a configuration and fills in every default.
 * Throws `E_UNKNOWN_OPTION`, `E_CONFIG` on impossible values, `E_SHAPE` where imageSize does not fit the depth.
 */
export function resolveUNet2dConfig(config: UNet2dConfig): ResolvedUNet2dConfig {
  const given = assertConfig(schema, config, where);
  const downBlocks = given.downBlocks ?? given.blockOutChannels.map(() => 'plain' as const);
  const resolved = {
    ...given,
    outChannels: outChannelsOf(given),
    downBlocks,
    upBlocks: given.upBlocks ?? [...downBlocks].reverse(),
  };
  const levels = given.blockOutChannels.length;
  assertPerLevel(resolved.downBlocks, 'downBlocks', levels, where);
  assertPerLevel(resolved.upBlocks, 'upBlocks', levels, where);
  assertUNet(resolved, where);
  assertHeads(resolved);
  return resolved;
}

function assertHeads(config: ResolvedUNet2dConfig): void {
  const { blockOutChannels, attentionHeadDim } = config;
  if (attentionHeadDim === null) return;
  blockOutChannels.forEach((channels, level) => {
    if (!attends(config, level) || channels % attentionHeadDim === 0) return;
    const what = `must be a multiple of attentionHeadDim (${attentionHeadDim}) where there is attention`;
    refuserOf(where)(`blockOutChannels[${level}]`, what, channels);
  });
}

function attends({ downBlocks, upBlocks, midBlockAttention }: ResolvedUNet2dConfig, level: number): boolean {
  const last = downBlocks.length - 1;
  const kinds = [downBlocks[level], upBlocks[last - level]];
  return kinds.includes('attention') || (level === last && midBlockAttention);
}
