import { type TimeConditioning, TintypeError, v } from '@tintype/core-tensor';
import type { PredictionType, VarianceType } from '../denoiser.ts';

/** What every U-Net is made of, whatever its attention looks at. */
export interface UNetConfig {
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
  /** Groups of every group norm. @default 32 */
  readonly normGroups?: number;
  /** @default 1e-5 */
  readonly normEpsilon?: number;
  /** Share of features dropped in training, [0, 1). @default 0 */
  readonly dropout?: number;
  /** How the time enters a residual block: added between its convolutions, or as scale and shift of the second norm. @default 'add' */
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

export type ResolvedUNetConfig = Required<UNetConfig>;

export const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The valibot entries of `UNetConfig`, for the schema of each U-Net. */
export const unetEntries = {
  imageSize: v.number(),
  channels: count,
  outChannels: v.optional(count),
  patchSize: v.optional(count, 1),
  blockOutChannels: v.pipe(v.array(count), v.minLength(1)),
  layersPerBlock: v.optional(count, 2),
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
};

/** Throws `E_CONFIG` for an impossible value of the option `name`. */
export type Refuse = (name: string, what: string, got: unknown) => never;

export function refuserOf(where: string): Refuse {
  return (name, what, got) => {
    throw new TintypeError('E_CONFIG', { where: `${where}: ${name}`, what: `${name} ${what}`, got });
  };
}

/** Channels of the output where the configuration names none. */
export function outChannelsOf(config: {
  outChannels?: number | undefined;
  channels: number;
  varianceType: VarianceType;
}): number {
  return config.outChannels ?? (config.varianceType === 'fixed' ? 1 : 2) * config.channels;
}

/** Throws `E_CONFIG` on channels that do not fit norms, sinusoids or variance, `E_SHAPE` on an imageSize that cannot be halved. */
export function assertUNet(config: ResolvedUNetConfig, where: string): void {
  const { blockOutChannels, normGroups, varianceType, outChannels, channels } = config;
  const refuse = refuserOf(where);
  if (blockOutChannels[0]! % 2 !== 0) {
    refuse('blockOutChannels[0]', 'must be even: sines and cosines', blockOutChannels[0]);
  }
  if (varianceType !== 'fixed' && outChannels !== 2 * channels) {
    refuse('outChannels', `must be ${2 * channels}, prediction and variance`, outChannels);
  }
  blockOutChannels.forEach((width, level) => {
    if (width % normGroups === 0) return;
    refuse(`blockOutChannels[${level}]`, `must be a multiple of normGroups (${normGroups})`, width);
  });
  assertFits(config.imageSize, config, `${where}: imageSize`);
}

/** Throws `E_CONFIG` unless the list has an entry for every level. */
export function assertPerLevel(list: readonly unknown[], name: string, levels: number, where: string): void {
  if (list.length !== levels) refuserOf(where)(name, `needs one entry for each of ${levels} levels`, list);
}

/** Throws `E_SHAPE` unless a side can be cut into patches and halved at every level; names the nearest that can. */
export function assertFits(
  size: number,
  config: Pick<ResolvedUNetConfig, 'patchSize' | 'blockOutChannels'>,
  where: string,
): void {
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
