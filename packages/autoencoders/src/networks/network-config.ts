import { TintypeError, v } from '@tintype/core-tensor';

/** Shape of the two networks that autoencoder and VAE share: an encoder, and a decoder that mirrors it. */
export interface NetworkConfig {
  /** Side length in pixels, at least 1; `conv` halves it once for each of `convChannels`. @default 28 */
  readonly imageSize: number;
  /** Colour channels, 1 to 4. @default 1 */
  readonly channels: number;
  /** `mlp`: perceptrons on the flattened pixels. `conv`: halving convolutions in front of them. @default 'mlp' */
  readonly architecture: 'mlp' | 'conv';
  /** Channels after each halving of `conv`, from the image inwards; `mlp` has none of them. @default [32, 64] */
  readonly convChannels: readonly number[];
  /** Widths of the encoder's hidden layers, from the image inwards; the decoder mirrors them. None: linear maps. */
  readonly hiddenUnits: readonly number[];
}

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));

/** Entries for the strict schema of a model's own configuration. */
export const networkEntries = {
  imageSize: v.pipe(wholeFrom(1), v.maxValue(4096)),
  channels: v.pipe(wholeFrom(1), v.maxValue(4)),
  architecture: v.picklist(['mlp', 'conv']),
  convChannels: v.pipe(v.array(wholeFrom(1)), v.minLength(1)),
  hiddenUnits: v.array(wholeFrom(1)),
};

/** Throws `E_SHAPE` where the convolutions cannot halve the image as often as they should; names sizes that fit. */
export function assertHalves({ imageSize, architecture, convChannels }: NetworkConfig, where: string): void {
  const unit = 2 ** convChannels.length;
  if (architecture === 'mlp' || imageSize % unit === 0) return;
  const below = Math.floor(imageSize / unit) * unit;
  throw new TintypeError('E_SHAPE', {
    where: `${where}: imageSize`,
    what: `imageSize must be divisible by ${unit}: ${convChannels.length} convolutions halve it`,
    got: imageSize,
    expected: below > 0 ? `${below} or ${below + unit}` : `${unit}`,
    remedy: "Resize the images, take fewer convChannels, or the architecture 'mlp'",
  });
}
