// A small convolutional classifier of grey digits, an independent reader of what a generator drew.
//   conv 5×5/2 → ReLU → conv 3×3/2 → ReLU → linear → ReLU → linear → logits
import {
  type BatchSource,
  computeGradients,
  cosineSchedule,
  createAdam,
  createConv2d,
  createLinear,
  createParameters,
  createTrainState,
  type ParameterTree,
  type RandomStream,
  tf,
  trainLoop,
} from '@tintype/core-tensor';

export interface DigitClassifier {
  readonly parameters: ParameterTree;
  /** Images [b, s, s, 1] in [-1, 1] → logits [b, 10]. */
  logits(images: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
}

export interface TrainDigitClassifierOptions {
  /** `images` [b, s, s, 1] and `labels` int32 [b]. */
  readonly batches: BatchSource;
  /** Side length s, a multiple of 4. */
  readonly imageSize: number;
  readonly rng: RandomStream;
  /** @default 2000 */
  readonly steps?: number;
  /** Stops with `E_ABORTED`. */
  readonly signal?: AbortSignal;
}

const numClasses = 10;
const channels = [16, 32] as const;
const hiddenUnits = 64;

/** Trains from nothing; the same stream and data give the same classifier. The caller disposes of it. */
export async function trainDigitClassifier(options: TrainDigitClassifierOptions): Promise<DigitClassifier> {
  const { batches, imageSize, rng, steps = 2000, signal } = options;
  const classifier = createDigitClassifier(imageSize, rng.fork('init'));
  const learningRate = cosineSchedule({ learningRate: 2e-3, totalSteps: steps });
  const optimizer = createAdam(classifier.parameters, { learningRate });
  const loss = (images: tf.Tensor4D, labels: tf.Tensor1D) => {
    const target = tf.oneHot(labels, numClasses);
    return tf.losses.softmaxCrossEntropy(target, classifier.logits(images)) as tf.Scalar;
  };
  const trainStep = {
    phases: [
      {
        name: 'classifier',
        interval: 1,
        run({ images, labels }: Readonly<Record<string, tf.Tensor>>) {
          const { losses, gradients } = computeGradients(
            () => loss(images as tf.Tensor4D, labels as tf.Tensor1D),
            classifier.parameters,
          );
          optimizer.step(gradients);
          return { loss: losses.total };
        },
      },
    ],
    state: createTrainState({ parameters: classifier.parameters, optimizers: { classifier: optimizer } }),
    dispose: () => optimizer.dispose(),
  };
  try {
    for await (const _ of trainLoop(trainStep, batches, { steps, rng, ...(signal && { signal }) }));
    return classifier;
  } catch (error) {
    classifier.dispose();
    throw error;
  } finally {
    trainStep.dispose();
  }
}

function createDigitClassifier(imageSize: number, rng: RandomStream): DigitClassifier {
  const { scope, parameters, dispose } = createParameters(rng);
  const [first, second] = channels;
  const wide = createConv2d(scope.child('conv1'), {
    inChannels: 1,
    outChannels: first,
    kernelSize: 5,
    stride: 2,
    padding: 2,
  });
  const narrow = createConv2d(scope.child('conv2'), {
    inChannels: first,
    outChannels: second,
    kernelSize: 3,
    stride: 2,
    padding: 1,
  });
  const inFeatures = second * (imageSize / 4) ** 2;
  const hidden = createLinear(scope.child('linear1'), { inFeatures, outFeatures: hiddenUnits });
  const output = createLinear(scope.child('linear2'), { inFeatures: hiddenUnits, outFeatures: numClasses });
  return {
    parameters,
    dispose,
    logits: (images) =>
      tf.tidy(() => {
        const features = tf.relu(narrow(tf.relu(wide(images)))); // [b, s/4, s/4, 32]
        return output(tf.relu(hidden(features.reshape([-1, inFeatures])))) as tf.Tensor2D;
      }),
  };
}
