import { assertConfig, TintypeError, v } from '@tintype/core-tensor';
import { type VectorQuantizerConfig, vectorQuantizerEntries } from '../vector-quantizer/index.ts';

export interface VqVaeConfig extends Omit<VectorQuantizerConfig, 'betaOn'> {
  /** Side length in pixels; a multiple of 2 to the power of `downsamplings`. @default 28 */
  readonly imageSize: number;
  /** Colour channels, 1 to 4. @default 1 */
  readonly channels: number;
  /** Channels of the feature maps; half of them after the first of several halvings. Even. @default 32 */
  readonly hiddenChannels: number;
  /** Residual blocks in either network, at least 0. @default 2 */
  readonly residualLayers: number;
  /** Halvings between image and code grid, at least 1. @default 2 */
  readonly downsamplings: number;
}

/** 28×28 pixels to 7×7 codes of 128: 343 bits an image. */
export const defaultVqVaeConfig: VqVaeConfig = {
  imageSize: 28,
  channels: 1,
  hiddenChannels: 32,
  residualLayers: 2,
  downsamplings: 2,
  codebookSize: 128,
  embeddingDim: 32,
  commitmentCost: 0.25,
  codebookUpdate: 'ema',
  codebookDecay: 0.99,
  reviveBelow: 1,
};

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));

const vqVaeSchema = v.strictObject({
  imageSize: v.pipe(wholeFrom(1), v.maxValue(4096)),
  channels: v.pipe(wholeFrom(1), v.maxValue(4)),
  hiddenChannels: v.pipe(wholeFrom(2), v.multipleOf(2)),
  residualLayers: wholeFrom(0),
  downsamplings: v.pipe(wholeFrom(1), v.maxValue(12)),
  ...vectorQuantizerEntries,
});

/** Returns the configuration typed. Throws `E_UNKNOWN_OPTION` or `E_CONFIG` naming the option, `E_SHAPE` for an odd size. */
export function validateVqVaeConfig(config: unknown): VqVaeConfig {
  const valid = assertConfig(vqVaeSchema, config, 'VqVaeConfig');
  assertHalves(valid);
  return valid;
}

function assertHalves({ imageSize, downsamplings }: VqVaeConfig): void {
  const unit = 2 ** downsamplings;
  if (imageSize % unit === 0) return;
  const below = Math.floor(imageSize / unit) * unit;
  throw new TintypeError('E_SHAPE', {
    where: 'VqVaeConfig: imageSize',
    what: `imageSize must be divisible by ${unit}: ${downsamplings} downsamplings halve it`,
    got: imageSize,
    expected: below > 0 ? `${below} or ${below + unit}` : `${unit}`,
    remedy: 'Resize the images or take fewer downsamplings',
  });
}
