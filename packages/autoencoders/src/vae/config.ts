import { assertConfig, TintypeError, v } from '@tintype/core-tensor';
import { assertHalves, type NetworkConfig, networkEntries } from '../networks/network-config.ts';

/** `hiddenUnits` is [512, 256] by default; with none of them and `mlp`, encoder and decoder are linear maps. */
export interface VaeConfig extends NetworkConfig {
  /** Numbers in a latent code, at least 1. @default 10 */
  readonly latentDim: number;
  /** p(x|z) of a pixel in [0, 1]: `bernoulli` (grey levels as probabilities) or `gaussian`. @default 'bernoulli' */
  readonly likelihood: 'bernoulli' | 'gaussian';
  /** The mean of a Gaussian likelihood: a `sigmoid`, or `linear`, which may leave [0, 1]. @default 'sigmoid' */
  readonly output: 'sigmoid' | 'linear';
  /** Standard deviation of the Gaussian likelihood, in units of a pixel in [0, 1]; above 0. @default 0.3 */
  readonly sigma: number;
  /** β, the weight of the KL term: 1 is the evidence lower bound; at least 0. @default 1 */
  readonly klWeight: number;
  /** Training steps over which the weight of the KL term rises from 0 to `klWeight`; 0: none. @default 0 */
  readonly klWarmUpSteps: number;
  /** λ, nats that each latent number may spend unpunished; at least 0. @default 0 */
  readonly freeBits: number;
  /** Classes of a conditional VAE, whose encoder and decoder both see the label; null: none. @default null */
  readonly numClasses: number | null;
}

export const defaultVaeConfig: VaeConfig = {
  imageSize: 28,
  channels: 1,
  architecture: 'mlp',
  convChannels: [32, 64],
  hiddenUnits: [512, 256],
  latentDim: 10,
  likelihood: 'bernoulli',
  output: 'sigmoid',
  sigma: 0.3,
  klWeight: 1,
  klWarmUpSteps: 0,
  freeBits: 0,
  numClasses: null,
};

const wholeFrom = (minimum: number) => v.pipe(v.number(), v.integer(), v.minValue(minimum));
const atLeastZero = v.pipe(v.number(), v.finite(), v.minValue(0));

const vaeSchema = v.strictObject({
  ...networkEntries,
  latentDim: wholeFrom(1),
  likelihood: v.picklist(['bernoulli', 'gaussian']),
  output: v.picklist(['sigmoid', 'linear']),
  sigma: v.pipe(v.number(), v.finite(), v.gtValue(0)),
  klWeight: atLeastZero,
  klWarmUpSteps: wholeFrom(0),
  freeBits: atLeastZero,
  numClasses: v.nullable(wholeFrom(1)),
});

/** Returns the configuration typed. Throws `E_UNKNOWN_OPTION`, `E_CONFIG` or `E_SHAPE` naming the option. */
export function validateVaeConfig(config: unknown): VaeConfig {
  const valid = assertConfig(vaeSchema, config, 'VaeConfig');
  assertHalves(valid, 'VaeConfig');
  if (valid.likelihood === 'gaussian' || valid.output === 'sigmoid') return valid;
  throw new TintypeError('E_CONFIG', {
    where: 'VaeConfig.output',
    what: 'a Bernoulli likelihood is of probabilities, which need the sigmoid',
    got: valid.output,
    expected: 'sigmoid',
    remedy: "Set likelihood to 'gaussian'",
  });
}
