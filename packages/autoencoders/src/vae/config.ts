import { assertConfig, v } from '@tintype/core-tensor';

export interface VaeConfig {
  /** Side length in pixels, at least 1. @default 28 */
  readonly imageSize: number;
  /** Colour channels, 1 to 4. @default 1 */
  readonly channels: number;
  /** Widths of the encoder's hidden layers, from the image inwards; the decoder mirrors them. @default [512, 256] */
  readonly hiddenUnits: readonly number[];
  /** Numbers in a latent code, at least 1. @default 10 */
  readonly latentDim: number;
  /** p(x|z) of a pixel in [0, 1]: `bernoulli` (grey levels as probabilities) or `gaussian`. @default 'bernoulli' */
  readonly likelihood: 'bernoulli' | 'gaussian';
  /** Standard deviation of the Gaussian likelihood, in units of a pixel in [0, 1]; above 0. @default 0.3 */
  readonly sigma: number;
  /** β, the weight of the KL term: 1 is the evidence lower bound; at least 0. @default 1 */
  readonly klWeight: number;
}

export const defaultVaeConfig: VaeConfig = {
  imageSize: 28,
  channels: 1,
  hiddenUnits: [512, 256],
  latentDim: 10,
  likelihood: 'bernoulli',
  sigma: 0.3,
  klWeight: 1,
};

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));

const vaeSchema = v.strictObject({
  imageSize: v.pipe(wholeFrom(1), v.maxValue(4096)),
  channels: v.pipe(wholeFrom(1), v.maxValue(4)),
  hiddenUnits: v.pipe(v.array(wholeFrom(1)), v.minLength(1)),
  latentDim: wholeFrom(1),
  likelihood: v.picklist(['bernoulli', 'gaussian']),
  sigma: positive,
  klWeight: v.pipe(v.number(), v.finite(), v.minValue(0)),
});

/** Returns the configuration typed. Throws `E_UNKNOWN_OPTION` or `E_CONFIG` naming the option. */
export function validateVaeConfig(config: unknown): VaeConfig {
  return assertConfig(vaeSchema, config, 'VaeConfig');
}
