// A convolutional variational autoencoder for 28×28 digits: two halvings, 256 hidden units, and the mirror image.
// Kingma and Welling (2013), "Auto-encoding variational Bayes", arXiv 1312.6114; the loss is that of
// @tintype/autoencoders. It exists for its speed alone: the convolutions of a small autoencoder.
import { defaultVaeConfig, type LatentGaussian, type Vae, type VaeConfig } from '@tintype/autoencoders';
import {
  createConv2d,
  createConvTranspose2d,
  createLinear,
  createParameters,
  type ParameterScope,
  type RandomStream,
  tf,
} from '@tintype/core-tensor';

const config: VaeConfig = { ...defaultVaeConfig, latentDim: 16 };
const hiddenUnits = 256;
/** Channels after the first and the second halving. */
const [outer, inner] = [32, 64];
/** Side of the smallest maps. */
const side = 7;
const mapSize = side * side * inner;
const halving = { kernelSize: 4, stride: 2, padding: 1 } as const;

/** Parameters are named `encoder.…` and `decoder.…`. */
export function createConvVae(rng: RandomStream): Vae {
  const { scope, parameters, dispose } = createParameters(rng);
  const encode = createEncoder(scope.child('encoder'));
  const decodeLogits = createDecoder(scope.child('decoder'));
  const decode = (latents: tf.Tensor2D): tf.Tensor4D =>
    tf.tidy(() => decodeLogits(latents).sigmoid().mul(2).sub(1));
  return {
    config,
    parameters,
    encode,
    decodeLogits,
    decode,
    reconstruct: (images) => tf.tidy(() => decode(encode(images).mu)),
    dispose,
  };
}

function createEncoder(scope: ParameterScope): (images: tf.Tensor4D) => LatentGaussian {
  const down1 = createConv2d(scope.child('down1'), {
    ...halving,
    inChannels: config.channels,
    outChannels: outer,
  });
  const down2 = createConv2d(scope.child('down2'), { ...halving, inChannels: outer, outChannels: inner });
  const hidden = createLinear(scope.child('hidden'), {
    inFeatures: mapSize,
    outFeatures: hiddenUnits,
    chwShape: [inner, side, side],
  });
  const code = { inFeatures: hiddenUnits, outFeatures: config.latentDim };
  const toMu = createLinear(scope.child('embedding'), code);
  const toLogVar = createLinear(scope.child('log_var'), code);

  return (images) => {
    const [mu, logVar] = tf.tidy(() => {
      const pixels = images.add(1).div<tf.Tensor4D>(2); // in [0, 1]
      const maps = down2(down1(pixels).relu()).relu<tf.Tensor4D>(); // [b, 7, 7, 64]
      const features = hidden(maps.reshape<tf.Tensor2D>([-1, mapSize])).relu<tf.Tensor2D>();
      return [toMu(features), toLogVar(features)] as const;
    });
    return { mu, logVar };
  };
}

function createDecoder(scope: ParameterScope): (latents: tf.Tensor2D) => tf.Tensor4D {
  const hidden = createLinear(scope.child('hidden'), {
    inFeatures: config.latentDim,
    outFeatures: hiddenUnits,
  });
  const project = createLinear(scope.child('project'), { inFeatures: hiddenUnits, outFeatures: mapSize });
  const up1 = createConvTranspose2d(scope.child('up1'), {
    ...halving,
    inChannels: inner,
    outChannels: outer,
  });
  const up2 = createConvTranspose2d(scope.child('up2'), {
    ...halving,
    inChannels: outer,
    outChannels: config.channels,
  });

  return (latents) =>
    tf.tidy(() => {
      const features = project(hidden(latents).relu()).relu();
      const maps = features.reshape<tf.Tensor4D>([-1, side, side, inner]);
      return up2(up1(maps).relu()); // [b, 28, 28, channels]
    });
}
