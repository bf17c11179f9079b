// A small LeNet-like reader of 28×28 grey images, after LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based
// learning applied to document recognition":
//   3 × (conv 3×3 → ReLU → max pool 2×2) → linear → ReLU → 64 features → linear → 10 logits
// Differences: three convolutions of 3×3 instead of two of 5×5, ReLU instead of tanh, maximum instead of mean pooling.
// The weights lie on disk as those of PyTorch's Conv2d, MaxPool2d(2, ceil_mode=True), Flatten and Linear.
import {
  createConv2d,
  createLinear,
  createParameters,
  dropout,
  type ParameterTree,
  type RandomStream,
  tf,
} from '@tintype/core-tensor';

/** Side length of the images, in pixels. */
export const featureImageSize = 28;
/** Length of a feature vector. */
export const featureDimension = 64;

interface NetworkReading {
  /** [b, 64], after ReLU. */
  readonly features: tf.Tensor2D;
  /** [b, 10]. */
  readonly logits: tf.Tensor2D;
}

interface TrainingNoise {
  /** Share of the features that the logits do without, in [0, 1). */
  readonly dropoutRate: number;
  readonly rng: RandomStream;
}

export interface FeatureNetwork {
  readonly parameters: ParameterTree;
  /** Images [b, 28, 28, 1] in [-1, 1]; the noise is for training only. The caller frees both tensors. */
  read(images: tf.Tensor4D, noise?: TrainingNoise): NetworkReading;
  dispose(): void;
}

const numClasses = 10;
const channels = [16, 32, 64] as const;
const lastSide = 4; // 28 → 14 → 7 → 4

/** An untrained network; its weights are a function of the stream. Throws `E_NO_BACKEND` before `selectBackend`. */
export function createFeatureNetwork(rng: RandomStream): FeatureNetwork {
  const { scope, parameters, dispose } = createParameters(rng);
  const convolutions = channels.map((outChannels, i) =>
    createConv2d(scope.child(`conv${i + 1}`), {
      inChannels: channels[i - 1] ?? 1,
      outChannels,
      kernelSize: 3,
      padding: 1,
    }),
  );
  const inFeatures = channels[2] * lastSide ** 2;
  const hidden = createLinear(scope.child('linear1'), {
    inFeatures,
    outFeatures: featureDimension,
    chwShape: [channels[2], lastSide, lastSide],
  });
  const output = createLinear(scope.child('linear2'), {
    inFeatures: featureDimension,
    outFeatures: numClasses,
  });

  return {
    parameters,
    dispose,
    read: (images, noise) =>
      tf.tidy(() => {
        let x = images;
        for (const convolution of convolutions) x = tf.maxPool(tf.relu(convolution(x)), 2, 2, 'same');
        const features = tf.relu(hidden(tf.reshape(x, [-1, inFeatures]))) as tf.Tensor2D; // [b, 64]
        const seen = noise ? dropout(features, noise.dropoutRate, noise.rng) : features;
        return { features, logits: output(seen) as tf.Tensor2D };
      }),
  };
}
