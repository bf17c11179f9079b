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

/** A level of the U-Net: residual blocks alone, or each followed by a transformer that looks at the condition. */
export type UNetConditionBlockKind = 'plain' | 'cross-attention';

/** Where a number may be a list, it has an entry for each level, finest first; the middle takes the last. */
export interface UNet2dConditionConfig extends UNetConfig {
  /** Kind of each level on the way down, finest first. @default cross-attention everywhere but at the coarsest level */
  readonly downBlocks?: readonly UNetConditionBlockKind[];
  /** Kind of each level on the way up, coarsest first. @default downBlocks reversed */
  readonly upBlocks?: readonly UNetConditionBlockKind[];
  /** Channels of the tokens in `condition.encoderHiddenStates`. */
  readonly crossAttentionDim: number | readonly number[];
  /** Heads of each attention; divides the channels of its level. @default 8 */
  readonly attentionHeads?: number | readonly number[];
  /** Transformer blocks in each place with attention. @default 1 */
  readonly transformerLayers?: number | readonly number[];
  /** Stores the projections around the transformer blocks as linear layers; they compute the same. @default false */
  readonly useLinearProjection?: boolean;
}

type PerLevel = 'crossAttentionDim' | 'attentionHeads' | 'transformerLayers';

/** Every default filled in, every number that may be a list a list. */
export type ResolvedUNet2dConditionConfig = Required<Omit<UNet2dConditionConfig, PerLevel>> &
  Readonly<Record<PerLevel, readonly number[]>>;

const blockKind = v.picklist(['plain', 'cross-attention']);
const perLevel = v.union([count, v.array(count)]);

const schema = v.strictObject({
  ...unetEntries,
  downBlocks: v.optional(v.array(blockKind)),
  upBlocks: v.optional(v.array(blockKind)),
  crossAttentionDim: perLevel,
  attentionHeads: v.optional(perLevel, 8),
  transformerLayers: v.optional(perLevel, 1),
  useLinearProjection: v.optional(v.boolean(), false),
});

const where = 'createUNet2dCondition';

/**
 * Checks a configuration and fills in every default.
 * Throws `E_UNKNOWN_OPTION`, `E_CONFIG` on impossible values, `E_SHAPE` where imageSize does not fit the depth.
 */
export function resolveUNet2dConditionConfig(config: UNet2dConditionConfig): ResolvedUNet2dConditionConfig {
  const given = assertConfig(schema, config, where);
  const levels = given.blockOutChannels.length;
  const each = (value: number | number[]) =>
    typeof value === 'number' ? Array<number>(levels).fill(value) : value;
  const downBlocks =
    given.downBlocks ??
    given.blockOutChannels.map((_, level) => (level < levels - 1 ? 'cross-attention' : 'plain'));
  const resolved: ResolvedUNet2dConditionConfig = {
    ...given,
    outChannels: outChannelsOf(given),
    downBlocks,
    upBlocks: given.upBlocks ?? [...downBlocks].reverse(),
    crossAttentionDim: each(given.crossAttentionDim),
    attentionHeads: each(given.attentionHeads),
    transformerLayers: each(given.transformerLayers),
  };
  for (const name of [
    'downBlocks',
    'upBlocks',
    'crossAttentionDim',
    'attentionHeads',
    'transformerLayers',
  ] as const) {
    assertPerLevel(resolved[name], name, levels, where);
  }
  assertUNet(resolved, where);
  assertHeads(resolved);
  assertOneContext(resolved);
  return resolved;
}

/** Whether the level, counted from the finest, has attention on its way down or up, or is next to the middle. */
function attends({ downBlocks, upBlocks }: ResolvedUNet2dConditionConfig, level: number): boolean {
  const last = downBlocks.length - 1;
  return level === last || [downBlocks[level], upBlocks[last - level]].includes('cross-attention');
}

function assertHeads(config: ResolvedUNet2dConditionConfig): void {
  config.blockOutChannels.forEach((channels, level) => {
    const heads = config.attentionHeads[level]!;
    if (!attends(config, level) || channels % heads === 0) return;
    const what = `must be a multiple of attentionHeads (${heads}) where there is attention`;
    refuserOf(where)(`blockOutChannels[${level}]`, what, channels);
  });
}

/** All attention looks at the same tokens. */
function assertOneContext(config: ResolvedUNet2dConditionConfig): void {
  const sizes = config.crossAttentionDim.filter((_, level) => attends(config, level));
  if (new Set(sizes).size === 1) return;
  refuserOf(where)('crossAttentionDim', 'must be the same wherever there is attention', sizes);
}
