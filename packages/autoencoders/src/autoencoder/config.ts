import { assertConfig, TintypeError, v } from '@tintype/core-tensor';
import { assertHalves, type NetworkConfig, networkEntries } from '../networks/network-config.ts';

export interface AutoencoderConfig extends NetworkConfig {
  /** Numbers in a code, at least 1; below the number of pixel values the code is a bottleneck. @default 32 */
  readonly latentDim: number;
  /** Last step of the encoder. Sparsity needs the `sigmoid`, whose activations lie in (0, 1). @default 'linear' */
  readonly latentActivation: 'linear' | 'sigmoid';
  /** Last step of the decoder: `sigmoid` keeps pixels in [0, 1], `linear` does not. @default 'sigmoid' */
  readonly output: 'sigmoid' | 'linear';
  /** Squared error, absolute error, or cross-entropy of grey levels, which needs the `sigmoid`. @default 'mse' */
  readonly reconstructionLoss: 'mse' | 'mae' | 'bce';
  /** Denoising: standard deviation of the noise on the encoder's input, in units of a pixel in [0, 1]; 0 is none. @default 0 */
  readonly noiseSigma: number;
  /** Sparse: weight of KL(target ‖ mean activation), at least 0. @default 0 */
  readonly sparsityWeight: number;
  /** Mean activation that the sparse penalty asks of each latent, in (0, 1). @default 0.05 */
  readonly sparsityTarget: number;
  /** Contractive: weight of the squared slopes of the code by the pixels, at least 0. @default 0 */
  readonly contractiveWeight: number;
  /** β of the regularised autoencoder: weight of ½‖code‖², at least 0. @default 0 */
  readonly latentPenalty: number;
  /** λ of the regularised autoencoder: weight of what keeps the decoder smooth, at least 0. @default 0 */
  readonly decoderPenalty: number;
  /** What that is: the decoder's squared `weights`, or its squared slopes by the code (`gradient`). @default 'weights' */
  readonly decoderPenaltyKind: 'weights' | 'gradient';
  /** The decoder takes the encoder's weights transposed and has its own biases; `mlp` only. @default false */
  readonly tiedWeights: boolean;
  /** No warning where the code is as long as the image, as denoising and sparse autoencoders may have it. @default false */
  readonly allowsOvercomplete: boolean;
}

export const defaultAutoencoderConfig: AutoencoderConfig = {
  imageSize: 28,
  channels: 1,
  architecture: 'mlp',
  convChannels: [32, 64],
  hiddenUnits: [512, 256],
  latentDim: 32,
  latentActivation: 'linear',
  output: 'sigmoid',
  reconstructionLoss: 'mse',
  noiseSigma: 0,
  sparsityWeight: 0,
  sparsityTarget: 0.05,
  contractiveWeight: 0,
  latentPenalty: 0,
  decoderPenalty: 0,
  decoderPenaltyKind: 'weights',
  tiedWeights: false,
  allowsOvercomplete: false,
};

const notNegative = v.pipe(v.number(), v.finite(), v.minValue(0));

const autoencoderSchema = v.strictObject({
  ...networkEntries,
  latentDim: v.pipe(v.number(), v.integer(), v.minValue(1)),
  latentActivation: v.picklist(['linear', 'sigmoid']),
  output: v.picklist(['sigmoid', 'linear']),
  reconstructionLoss: v.picklist(['mse', 'mae', 'bce']),
  noiseSigma: notNegative,
  sparsityWeight: notNegative,
  sparsityTarget: v.pipe(v.number(), v.gtValue(0), v.ltValue(1)),
  contractiveWeight: notNegative,
  latentPenalty: notNegative,
  decoderPenalty: notNegative,
  decoderPenaltyKind: v.picklist(['weights', 'gradient']),
  tiedWeights: v.boolean(),
  allowsOvercomplete: v.boolean(),
});

/** Returns the configuration typed. Throws `E_UNKNOWN_OPTION`, `E_CONFIG` or `E_SHAPE` naming the option. */
export function validateAutoencoderConfig(config: unknown): AutoencoderConfig {
  const valid = assertConfig(autoencoderSchema, config, 'AutoencoderConfig');
  assertHalves(valid, 'AutoencoderConfig');
  if (valid.reconstructionLoss === 'bce' && valid.output !== 'sigmoid') {
    refuse('output', 'the cross-entropy is one of probabilities', valid.output, "'sigmoid'");
  }
  if (valid.sparsityWeight > 0 && valid.latentActivation !== 'sigmoid') {
    refuse(
      'latentActivation',
      'a sparse code has activations in (0, 1)',
      valid.latentActivation,
      "'sigmoid'",
    );
  }
  if (valid.tiedWeights && valid.architecture !== 'mlp') {
    refuse(
      'tiedWeights',
      'only perceptrons share their weights',
      valid.architecture,
      "the architecture 'mlp'",
    );
  }
  if (valid.tiedWeights && valid.decoderPenalty > 0 && valid.decoderPenaltyKind === 'weights') {
    const expected = "decoderPenaltyKind 'gradient'";
    refuse('decoderPenaltyKind', 'a decoder with tied weights has none of its own', 'weights', expected);
  }
  return valid;
}

function refuse(option: string, what: string, got: string, expected: string): never {
  throw new TintypeError('E_CONFIG', { where: `AutoencoderConfig.${option}`, what, got, expected });
}
