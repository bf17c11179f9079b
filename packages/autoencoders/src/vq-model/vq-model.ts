// A convolutional autoencoder whose latents are rounded to the nearest code of a codebook, as diffusers' VQModel: the
// discrete first stage of latent diffusion.
// Esser, Rombach and Ommer (2020), "Taming transformers for high-resolution image synthesis", arXiv 2012.09841;
// van den Oord, Vinyals and Kavukcuoglu (2017), "Neural discrete representation learning", arXiv 1711.00937.
//   minimise |x − D(z_q)| + ‖sg[z] − e‖² + β ‖z − sg[e]‖², squared distances as means
// Differs from the papers: no perceptual and no adversarial term; the second convolution of each residual block starts at
// zero (imported weights replace it). The codebook learns by its loss: diffusers' folders have no counts.
import {
  assertShape,
  createConv2d,
  createParameters,
  type LatentCodec,
  type Model,
  type RandomStream,
  TintypeError,
  tf,
} from '@tintype/core-tensor';
import { assertCodable } from '../image-coder/config.ts';
import { createImageDecoder } from '../image-coder/image-decoder.ts';
import { createImageEncoder } from '../image-coder/image-encoder.ts';
import { createVectorQuantizer, type VectorQuantizer } from '../vector-quantizer/index.ts';
import { type VqModelConfig, validateVqModelConfig } from './config.ts';

export interface VqModel extends Model<VqModelConfig> {
  readonly quantizer: VectorQuantizer;
  /** Images [b, h, w, c] in [-1, 1] → latents [b, h/f, w/f, embeddingDim], not rounded; f = 2^(levels − 1). Throws `E_SHAPE`. */
  encode(images: tf.Tensor4D): tf.Tensor4D;
  /** Images [b, h, w, c] in [-1, 1] → int32 [b, h/f, w/f] below codebookSize. Throws `E_SHAPE`. */
  encodeIndices(images: tf.Tensor4D): tf.Tensor3D;
  /** Codes [b, h, w, embeddingDim], taken as they are → images [b, h·f, w·f, c], not clipped. Throws `E_SHAPE`. */
  decode(codes: tf.Tensor4D): tf.Tensor4D;
  /** Indices int32 [b, h, w] below codebookSize → images [b, h·f, w·f, c]. Throws `E_SHAPE`. */
  decodeIndices(codeIndices: tf.Tensor3D): tf.Tensor4D;
  /** Images through their codes. */
  reconstruct(images: tf.Tensor4D): tf.Tensor4D;
  /** Latents that are not rounded, and back through the nearest codes; `scale` is `scalingFactor`. */
  readonly codec: LatentCodec;
}

/** Throws `E_CONFIG`, `E_UNKNOWN_OPTION`, `E_SHAPE` for an imageSize that does not fit, `E_NO_BACKEND`. */
export function createVqModel(config: VqModelConfig, rng: RandomStream): VqModel {
  const valid = validateVqModelConfig(config);
  const { latentChannels, embeddingDim, scalingFactor } = valid;
  const { scope, parameters, dispose } = createParameters(rng);
  const encoder = createImageEncoder(scope.child('encoder'), valid, { outChannels: latentChannels });
  const decoder = createImageDecoder(scope.child('decoder'), valid);
  const pointwise = (name: string, inChannels: number, outChannels: number) =>
    createConv2d(scope.child(name), { inChannels, outChannels, kernelSize: 1 });
  const quantConv = pointwise('quant_conv', latentChannels, embeddingDim);
  const quantizer = createVectorQuantizer(scope.child('quantize'), quantizerConfigOf(valid));
  const postQuantConv = pointwise('post_quant_conv', embeddingDim, latentChannels);
  let isDisposed = false;

  function assertAlive(): void {
    if (!isDisposed) return;
    throw new TintypeError('E_DISPOSED', { where: 'VqModel', what: 'the model was disposed' });
  }

  const model: VqModel = {
    config: valid,
    parameters,
    quantizer,
    encode(images) {
      assertAlive();
      assertCodable(images, valid);
      return tf.tidy(() => quantConv(encoder(images)));
    },
    encodeIndices: (images) => tf.tidy(() => quantizer.nearest(model.encode(images))),
    decode(codes) {
      assertAlive();
      assertShape(codes, [null, null, null, embeddingDim], 'codes');
      return tf.tidy(() => decoder(postQuantConv(codes)));
    },
    decodeIndices(codeIndices) {
      assertAlive();
      assertShape(codeIndices, [null, null, null], 'codeIndices');
      return tf.tidy(() => model.decode(quantizer.lookup(codeIndices)));
    },
    reconstruct: (images) => tf.tidy(() => model.decodeIndices(model.encodeIndices(images))),
    codec: {
      encode: (images) => model.encode(images),
      decode: (latents) => {
        assertAlive();
        return tf.tidy(() => model.decodeIndices(quantizer.nearest(latents)));
      },
      scale: scalingFactor,
    },
    dispose() {
      isDisposed = true;
      dispose();
    },
  };
  return model;
}

function quantizerConfigOf(config: VqModelConfig): VectorQuantizer['config'] {
  const { codebookSize, embeddingDim, commitmentCost, betaOn } = config;
  return {
    codebookSize,
    embeddingDim,
    commitmentCost,
    betaOn,
    codebookUpdate: 'loss',
    codebookDecay: 0.99,
    reviveBelow: 0,
  };
}
