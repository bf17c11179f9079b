import { type ParameterTree, tf } from '@tintype/core-tensor';
import { createFileStorage } from '@tintype/core-tensor/node';
import { loadReference, type ReferenceTensor, type ReferenceTensors } from '@tintype/core-tensor/testing';
import { expect } from 'vitest';

/** The recorded models as folders of a storage. */
export const referenceModels = createFileStorage(
  new URL('../../../../fixtures/reference/models', import.meta.url).pathname,
);

/** What README.md of the references allows. */
export const outputTolerance = { rtol: 1e-4, atol: 1e-5 };
export const lossTolerance = { rtol: 1e-5, atol: 1e-6 };
const gradientTolerance = { rtol: 1e-3, atol: 1e-6 };

export interface Recording {
  /** A recorded tensor, maps as NHWC. */
  at(name: string): tf.Tensor4D;
  /** Its numbers as they are. */
  numbers(name: string): ReferenceTensor['data'];
  readonly weightGradients: readonly string[];
}

export async function loadRecording(folder: string): Promise<Recording> {
  const tensors: ReferenceTensors = await loadReference(`models/${folder}/io.safetensors`);
  const { weight_gradients } = await loadReference<{ weight_gradients: string[] }>(
    `models/${folder}/io.json`,
  );
  return {
    at: (name) => {
      const { data, shape } = tensors.get(name)!;
      return tf.tidy(() => tf.tensor(data, [...shape], 'float32').transpose([0, 2, 3, 1]));
    },
    numbers: (name) => tensors.get(name)!.data,
    weightGradients: weight_gradients,
  };
}

/** Compares the gradients of a loss by the images and by the weights that were recorded. */
export async function expectGradients(
  recording: Recording,
  parameters: ParameterTree,
  loss: (images: tf.Tensor4D) => tf.Scalar,
): Promise<void> {
  const x = recording.at('x');
  const byInput = tf.grad((images: tf.Tensor) => loss(images as tf.Tensor4D))(x);
  await expect(byInput, 'by the images').toBeAllClose(recording.at('grad.x'), gradientTolerance);
  const variables = recording.weightGradients.map((name) => parameters.get(name)!.variable);
  const { grads } = tf.variableGrads(() => loss(x), variables);
  for (const name of recording.weightGradients) {
    const { variable, layout } = parameters.get(name)!;
    const onDisk = tf.tidy(() => {
      const gradient = grads[variable.name]!;
      return layout === 'conv' ? gradient.transpose([3, 2, 0, 1]) : gradient.clone();
    });
    await expect(onDisk, name).toBeAllClose(recording.numbers(`grad.${name}`), gradientTolerance);
  }
}
