import { assertConfig, type TimeConditioning, TintypeError, v } from '@tintype/core-tensor';
import type { PredictionType, VarianceType } from '../denoiser.ts';

/** A level of the U-Net: residual blocks alone, or each followed by self-attention. */
export type UNetBlockKind = 'plain' | 'attention';

export interface UNet2dConfig {
  /** Side of the images in pixels; divisible by patchSize · 2^(levels − 1). */
  readonly imageSize: number;
  /** Channels of the images. */
  readonly channels: number;
  /** Channels of the output. @default `channels`, twice as many where the variance is learned */
  readonly outChannels?: number;
  /** Space-to-depth in front and depth-to-space behind: 2 turns 28×28×1 into 14×14×4. @default 1 */
  readonly patchSize?: number;
  /** Channels of each level, finest first; multiples of normGroups. */
  readonly blockOutChannels: readonly number[];
  /** Residual blocks of a level on the way down; one more on the way up. @default 2 */
  readonly layersPerBlock?: number;
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
  /** Groups of every group norm. @default 32 */
  readonly normGroups?: number;
  /** @default 1e-5 */
  readonly normEpsilon?: number;
  /** Share of features dropped in training, [0, 1). @default 0 */
  readonly dropout?: number;
  /** @default 'add' */
  readonly timeConditioning?: TimeConditioning;
  /** Cosines before sines in the time embedding. @default true */
  readonly flipSinToCos?: boolean;
  /** Subtracted from the number of frequencies in the exponent's denominator. @default 0 */
  readonly frequencyShift?: number;
  /** Zeros around a map before it is halved: 1 on every side, or 0 for one row below and one column right. @default 1 */
  readonly downsamplePadding?: 0 | 1;
  /** Classes of a class-conditional net; null has no class embedding. @default null */
  readonly numClasses?: number | null;
  /** One more, learned row that label −1 selects; without it −1 adds nothing. @default false */
  readonly hasNullLabel?: boolean;
  /**
   * Keeps only what goes into each layer of a level and runs it again for its gradient: less memory in training, about a
   * third more work, the same numbers. @default false
   */
  readonly checkpointActivations?: boolean;
  /** What the output means. @default 'epsilon' */
  readonly predictionType?: PredictionType;
  /** @default 'fixed' */
  readonly varianceType?: VarianceType;
}

export type ResolvedUNet2dConfig = Required<UNet2dConfig>;

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const blockKind = v.picklist(['plain', 'attention']);

const schema = v.strictObject({
  imageSize: v.number(),
  channels: count,
  outChannels: v.optional(count),
  patchSize: v.optional(count, 1),
  blockOutChannels: v.pipe(v.array(count), v.minLength(1)),
  layersPerBlock: v.optional(count, 2),
  downBlocks: v.optional(v.array(blockKind)),
  upBlocks: v.optional(v.array(blockKind)),
  midBlockAttention: v.optional(v.boolean(), true),
  midBlockAttentionNorm: v.optional(v.boolean(), true),
  attentionHeadDim: v.optional(v.nullable(count), 8),
  normGroups: v.optional(count, 32),
  normEpsilon: v.optional(v.pipe(v.number(), v.gtValue(0)), 1e-5),
  dropout: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0),
  timeConditioning: v.optional(v.picklist(['add', 'scale-shift']), 'add'),
  flipSinToCos: v.optional(v.boolean(), true),
  frequencyShift: v.optional(v.number(), 0),
  downsamplePadding: v.optional(v.picklist([0, 1]), 1),
  numClasses: v.optional(v.nullable(count), null),
  hasNullLabel: v.optional(v.boolean(), false),
  checkpointActivations: v.optional(v.boolean(), false),
  predictionType: v.optional(v.picklist(['epsilon', 'sample', 'v', 'flow']), 'epsilon'),
  varianceType: v.optional(v.picklist(['fixed', 'learned', 'learned-range']), 'fixed'),
});

/**
 * Checks a configuration and fills in every default.
 * Throws `E_UNKNOWN_OPTION`, `E_CONFIG` on impossible values, `E_SHAPE` where imageSize does not fit the depth.
 */
export function resolveUNet2dConfig(config: UNet2dConfig): ResolvedUNet2dConfig {
  const given = assertConfig(schema, config, 'createUNet2d');
  const downBlocks = given.downBlocks ?? given.blockOutChannels.map(() => 'plain' as const);
  const resolved = {
    ...given,
    outChannels: given.outChannels ?? (given.varianceType === 'fixed' ? 1 : 2) * given.channels,
    downBlocks,
    upBlocks: given.upBlocks ?? [...downBlocks].reverse(),
  };
  assertLevels(resolved);
  assertFits(resolved.imageSize, resolved, 'createUNet2d: imageSize');
  return resolved;
}

type Sized = Pick<ResolvedUNet2dConfig, 'patchSize' | 'blockOutChannels'>;

/** Throws `E_SHAPE` unless a side can be cut into patches and halved at every level; names the nearest that can. */
export function assertFits(size: number, config: Sized, where: string): void {
  const unit = config.patchSize * 2 ** (config.blockOutChannels.length - 1);
  if (Number.isInteger(size) && size >= unit && size % unit === 0) return;
  const below = Math.floor(size / unit) * unit;
  throw new TintypeError('E_SHAPE', {
    where,
    what: `imageSize must be divisible by ${unit} (patchSize ${config.patchSize}, ${config.blockOutChannels.length} levels)`,
    got: size,
    expected: below >= unit ? `${below} or ${below + unit}` : `${unit}`,
    remedy: 'Resize or pad the images, or take fewer levels',
  });
}

function assertLevels(config: ResolvedUNet2dConfig): void {
  const { blockOutChannels, normGroups, attentionHeadDim, downBlocks, upBlocks } = config;
  const { length } = blockOutChannels;
  if (downBlocks.length !== length)
    refuse('downBlocks', `needs one kind for each of ${length} levels`, downBlocks);
  if (upBlocks.length !== length) refuse('upBlocks', `needs one kind for each of ${length} levels`, upBlocks);
  if (blockOutChannels[0]! % 2 !== 0)
    refuse('blockOutChannels[0]', 'must be even: sines and cosines', blockOutChannels[0]);
  if (config.varianceType !== 'fixed' && config.outChannels !== 2 * config.channels) {
    refuse('outChannels', `must be ${2 * config.channels}, prediction and variance`, config.outChannels);
  }
  blockOutChannels.forEach((channels, level) => {
    const name = `blockOutChannels[${level}]`;
    if (channels % normGroups !== 0)
      refuse(name, `must be a multiple of normGroups (${normGroups})`, channels);
    if (attentionHeadDim !== null && attends(config, level) && channels % attentionHeadDim !== 0) {
      refuse(
        name,
        `must be a multiple of attentionHeadDim (${attentionHeadDim}) where there is attention`,
        channels,
      );
    }
  });
}

function attends({ downBlocks, upBlocks, midBlockAttention }: ResolvedUNet2dConfig, level: number): boolean {
  const last = downBlocks.length - 1;
  const kinds = [downBlocks[level], upBlocks[last - level]];
  return kinds.includes('attention') || (level === last && midBlockAttention);
}

function refuse(name: string, what: string, got: unknown): never {
  throw new TintypeError('E_CONFIG', { where: `createUNet2d: ${name}`, what: `${name} ${what}`, got });
}
