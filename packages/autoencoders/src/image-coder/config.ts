import { assertShape, TintypeError, type tf, v } from '@tintype/core-tensor';

/** The encoder and decoder that diffusers' AutoencoderKL and VQModel have in common. */
export interface ImageCoderConfig {
  /** Usual side of the images in pixels; others that can be halved at every level may be passed. @default 32 */
  readonly imageSize: number;
  /** Colour channels of the images, at least 1. @default 3 */
  readonly channels: number;
  /** Channels of a latent map, at least 1. @default 4 */
  readonly latentChannels: number;
  /** Channels of each level, finest first; multiples of normGroups. n levels halve the sides n − 1 times. @default [32, 64] */
  readonly blockOutChannels: readonly number[];
  /** Residual blocks of a level on the way down; one more on the way up. @default 1 */
  readonly layersPerBlock: number;
  /** Groups of every group norm. @default 8 */
  readonly normGroups: number;
  /** Self-attention at the coarsest level. @default true */
  readonly midBlockAttention: boolean;
  /** Factor that brings latents to unit variance for a diffusion model, above 0. @default 0.18215 */
  readonly scalingFactor: number;
  /** A note of diffusers to users of half precision; everything here is float32. Kept for the export. @default false */
  readonly forceUpcast: boolean;
}

export const defaultImageCoderConfig: ImageCoderConfig = {
  imageSize: 32,
  channels: 3,
  latentChannels: 4,
  blockOutChannels: [32, 64],
  layersPerBlock: 1,
  normGroups: 8,
  midBlockAttention: true,
  scalingFactor: 0.18215,
  forceUpcast: false,
};

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));

/** Entries for the strict schema of a model's own configuration. */
export const imageCoderEntries = {
  imageSize: v.number(),
  channels: wholeFrom(1),
  latentChannels: wholeFrom(1),
  blockOutChannels: v.pipe(v.array(wholeFrom(1)), v.minLength(1), v.maxLength(12)),
  layersPerBlock: wholeFrom(1),
  normGroups: wholeFrom(1),
  midBlockAttention: v.boolean(),
  scalingFactor: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  forceUpcast: v.boolean(),
};

type Levels = Pick<ImageCoderConfig, 'blockOutChannels'>;

/** Pixels of an image along one side of a latent place: 2^(levels − 1). */
function reductionOf({ blockOutChannels }: Levels): number {
  return 2 ** (blockOutChannels.length - 1);
}

/** Throws `E_CONFIG` where the groups do not divide the channels, `E_SHAPE` where imageSize cannot be halved. */
export function assertCoderFits(config: ImageCoderConfig, where: string): void {
  const { normGroups, blockOutChannels, imageSize } = config;
  blockOutChannels.forEach((channels, level) => {
    if (channels % normGroups === 0) return;
    throw new TintypeError('E_CONFIG', {
      where: `${where}.blockOutChannels[${level}]`,
      what: 'the channels must be a multiple of normGroups',
      got: channels,
      expected: `a multiple of ${normGroups}`,
    });
  });
  assertSide(imageSize, config, `${where}.imageSize`);
}

/** Throws `E_SHAPE` unless [b, h, w, channels] are images whose sides can be halved at every level. */
export function assertCodable(images: tf.Tensor4D, config: ImageCoderConfig): void {
  assertShape(images, [null, null, null, config.channels], 'images');
  assertSide(images.shape[1], config, 'images: height');
  assertSide(images.shape[2], config, 'images: width');
}

function assertSide(size: number, config: Levels, where: string): void {
  const unit = reductionOf(config);
  if (Number.isInteger(size) && size >= unit && size % unit === 0) return;
  const below = Math.floor(size / unit) * unit;
  throw new TintypeError('E_SHAPE', {
    where,
    what: `a side must be divisible by ${unit} (${config.blockOutChannels.length} levels)`,
    got: size,
    expected: below >= unit ? `${below} or ${below + unit}` : `${unit}`,
    remedy: 'Resize or pad the images, or take fewer levels',
  });
}
