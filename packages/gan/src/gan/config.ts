import { assertConfig, TintypeError, v } from '@tintype/core-tensor';

export interface GanConfig {
  /** Side length in pixels, a multiple of 4: both networks halve it twice. @default 28 */
  readonly imageSize: number;
  /** Colour channels, 1 to 4. @default 1 */
  readonly channels: number;
  /** Numbers in a latent code, at least 1. @default 100 */
  readonly latentDim: number;
  /** Channels of the generator's last hidden layer; the one before has twice as many. @default 64 */
  readonly generatorChannels: number;
  /** Channels of the discriminator's first layer; the next has twice as many. @default 64 */
  readonly discriminatorChannels: number;
  /** What follows the discriminator's second convolution; `none` where an input gradient is penalised. @default 'batch' */
  readonly discriminatorNorm: 'batch' | 'none';
  /** Added to variances in batch normalisation; above 0. @default 1e-5 */
  readonly batchNormEpsilon: number;
  /** Share of a new batch in the running statistics, above 0 up to 1. @default 0.1 */
  readonly batchNormMomentum: number;
  /** γ of the R1 penalty, 0 for none. @default 0 */
  readonly r1Gamma: number;
  /** Steps between R1 penalties, each of which is multiplied by it; at least 1. @default 16 */
  readonly r1Interval: number;
}

export const defaultGanConfig: GanConfig = {
  imageSize: 28,
  channels: 1,
  latentDim: 100,
  generatorChannels: 64,
  discriminatorChannels: 64,
  discriminatorNorm: 'batch',
  batchNormEpsilon: 1e-5,
  batchNormMomentum: 0.1,
  r1Gamma: 0,
  r1Interval: 16,
};

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));

const ganSchema = v.strictObject({
  imageSize: v.pipe(wholeFrom(4), v.maxValue(4096), v.multipleOf(4)),
  channels: v.pipe(wholeFrom(1), v.maxValue(4)),
  latentDim: wholeFrom(1),
  generatorChannels: wholeFrom(1),
  discriminatorChannels: wholeFrom(1),
  discriminatorNorm: v.picklist(['batch', 'none']),
  batchNormEpsilon: positive,
  batchNormMomentum: v.pipe(positive, v.maxValue(1)),
  r1Gamma: v.pipe(v.number(), v.finite(), v.minValue(0)),
  r1Interval: wholeFrom(1),
});

/** Returns the configuration typed. Throws `E_UNKNOWN_OPTION` or `E_CONFIG` naming the option. */
export function validateGanConfig(config: unknown): GanConfig {
  const valid = assertConfig(ganSchema, config, 'GanConfig');
  if (valid.r1Gamma > 0 && valid.discriminatorNorm === 'batch') {
    throw new TintypeError('E_CONFIG', {
      where: 'GanConfig.discriminatorNorm',
      what: 'the R1 penalty needs a discriminator whose samples do not influence each other',
      got: "'batch' with r1Gamma above 0",
      expected: "'none', or r1Gamma 0",
      remedy: "Set discriminatorNorm to 'none'",
    });
  }
  return valid;
}
