// An autoencoder whose code is a grid of integers: the encoder's latents are rounded to the nearest code of a codebook.
// van den Oord, Vinyals and Kavukcuoglu (2017), "Neural discrete representation learning", arXiv 1711.00937.
// L = −log p(x|z_q) + ‖sg[z] − e‖² + β ‖z − sg[e]‖², z_q = e_k, k = argmin_j ‖z − e_j‖; dL/dz = dL/dz_q.
// Differs from the paper: −log p(x|z_q) is the mean squared error over pixels and the other terms are means too, as in
// diffusers; narrower networks, half the channels after the first halving, a 3×3 before the residual blocks; codes follow
// averages by default (appendix A.1), and codes out of use are drawn anew from the latents.
import {
  assertShape,
  createParameters,
  type Model,
  type RandomStream,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import { createVectorQuantizer, type VectorQuantizer } from '../vector-quantizer/index.ts';
import { type VqVaeConfig, validateVqVaeConfig } from './config.ts';
import { createDecoder } from './decoder.ts';
import { createEncoder } from './encoder.ts';

export interface VqVae extends Model<VqVaeConfig> {
  readonly quantizer: VectorQuantizer;
  /** Side of the grid of codes: imageSize / 2 to the power of `downsamplings`. */
  readonly gridSize: number;
  /** gridSize² · log₂ codebookSize: what the indices cost under uniform codes. */
  readonly bitsPerImage: number;
  /** Images [b, h, w, c] in [-1, 1] → latents [b, gridSize, gridSize, embeddingDim], not yet rounded. Throws `E_SHAPE`. */
  encode(images: tf.Tensor4D): tf.Tensor4D;
  /** Images [b, h, w, c] in [-1, 1] → int32 [b, gridSize, gridSize]. Throws `E_SHAPE`. */
  encodeIndices(images: tf.Tensor4D): tf.Tensor3D;
  /** Codes or latents [b, gridSize, gridSize, embeddingDim] → means of p(x|z), not clipped. Throws `E_SHAPE`. */
  decodeMeans(latents: tf.Tensor4D): tf.Tensor4D;
  /** The same, clipped to images [b, h, w, c] in [-1, 1]. Throws `E_SHAPE`. */
  decode(latents: tf.Tensor4D): tf.Tensor4D;
  /** Indices int32 [b, gridSize, gridSize] below codebookSize → images [b, h, w, c] in [-1, 1]. Throws `E_SHAPE`. */
  decodeIndices(codeIndices: tf.Tensor3D): tf.Tensor4D;
  /** Images through their codes: [b, h, w, c] → [b, h, w, c] in [-1, 1]. */
  reconstruct(images: tf.Tensor4D): tf.Tensor4D;
}

/** Throws `E_CONFIG`, `E_UNKNOWN_OPTION` or `E_SHAPE` for an impossible configuration, `E_NO_BACKEND` before `selectBackend`. */
export function createVqVae(config: VqVaeConfig, rng: RandomStream): VqVae {
  const valid = validateVqVaeConfig(config);
  const { imageSize, channels, downsamplings, codebookSize, embeddingDim } = valid;
  const { scope, parameters, dispose } = createParameters(rng);
  const encoder = createEncoder(scope.child('encoder'), valid);
  const decoder = createDecoder(scope.child('decoder'), valid);
  const quantizer = createVectorQuantizer(scope.child('quantize'), quantizerConfigOf(valid));
  const gridSize = imageSize / 2 ** downsamplings;
  let isDisposed = false;

  function assertAlive(): void {
    if (isDisposed) throw new TintypeError('E_DISPOSED', { where: 'VqVae', what: 'the model was disposed' });
  }

  const vqVae: VqVae = {
    config: valid,
    parameters,
    quantizer,
    gridSize,
    bitsPerImage: gridSize * gridSize * Math.log2(codebookSize),
    encode(images) {
      assertAlive();
      assertShape(images, [null, imageSize, imageSize, channels], 'images');
      return encoder(images);
    },
    encodeIndices: (images) => tf.tidy(() => quantizer.nearest(vqVae.encode(images))),
    decodeMeans(latents) {
      assertAlive();
      assertShape(latents, [null, gridSize, gridSize, embeddingDim], 'latents');
      return decoder(latents);
    },
    decode: (latents) => tf.tidy(() => vqVae.decodeMeans(latents).clipByValue(-1, 1) as tf.Tensor4D),
    decodeIndices(codeIndices) {
      assertAlive();
      assertShape(codeIndices, [null, gridSize, gridSize], 'codeIndices');
      return tf.tidy(() => vqVae.decode(quantizer.lookup(codeIndices)));
    },
    reconstruct: (images) => tf.tidy(() => vqVae.decodeIndices(vqVae.encodeIndices(images))),
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
  return vqVae;
}

function quantizerConfigOf(config: VqVaeConfig): VectorQuantizer['config'] {
  const { codebookSize, embeddingDim, commitmentCost, codebookUpdate, codebookDecay, reviveBelow } = config;
  return {
    codebookSize,
    embeddingDim,
    commitmentCost,
    codebookUpdate,
    codebookDecay,
    reviveBelow,
    betaOn: 'commitment',
  };
}
