import { tf } from '@tintype/backend';
import { fromDiskLayout } from '../checkpoint/layout.ts';
import { createParameters, type ParameterScope } from '../parameters/create-parameters.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { loadReference, type ReferenceTensor, type ReferenceTensors } from '../testing/load-reference.ts';

export interface ReplayedBlock {
  readonly output: tf.Tensor;
  readonly inputGradient: tf.Tensor;
  readonly expectedOutput: tf.Tensor;
  readonly expectedInputGradient: tf.Tensor;
  readonly parameters: ParameterTree;
  dispose(): void;
}

/**
 * Loads the weights of a block of `blocks/blocks.safetensors` into a layer, runs its input and takes the gradient of
 * Σ output·cotangent by it. Feature maps come NCHW and are turned to NHWC.
 */
export async function replayBlock(
  name: string,
  create: (scope: ParameterScope) => (x: tf.Tensor) => tf.Tensor,
): Promise<ReplayedBlock> {
  const tensors = await loadReference('blocks/blocks.safetensors');
  const { scope, parameters, dispose } = createParameters(createRandomStream(name));
  const layer = create(scope);
  assignReference(parameters, tensors, `${name}.w.`);
  const load = (key: string) => toChannelsLast(tensors.get(`${name}.${key}`)!);
  const results = tf.tidy(() => {
    const input = load('in0');
    const cotangent = load('cotangent');
    return {
      output: layer(input),
      inputGradient: tf.grad((x: tf.Tensor) => tf.sum(tf.mul(layer(x), cotangent)))(input),
      expectedOutput: load('out'),
      expectedInputGradient: load('grad_in0'),
    };
  });
  return {
    ...results,
    parameters,
    dispose() {
      tf.dispose(results);
      dispose();
    },
  };
}

/** Fills every parameter from the tensor of the same name after the prefix; throws where there is none. */
function assignReference(parameters: ParameterTree, tensors: ReferenceTensors, prefix: string): void {
  for (const [name, entry] of parameters) {
    const stored = tensors.get(prefix + name);
    if (!stored) throw new Error(`assignReference: there is no ${prefix}${name}.`);
    const { data, shape } = stored;
    const bits = new Uint32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
    const { values, shape: memoryShape } = fromDiskLayout(bits, shape, entry);
    const numbers =
      entry.variable.dtype === 'int32' ? new Int32Array(values.buffer) : new Float32Array(values.buffer);
    tf.tidy(() => entry.variable.assign(tf.tensor(numbers, [...memoryShape], entry.variable.dtype)));
  }
}

/** [n, c, h, w] → [n, h, w, c]; other ranks as they are. */
function toChannelsLast({ data, shape }: ReferenceTensor): tf.Tensor {
  return tf.tidy(() => {
    const tensor = tf.tensor(Float32Array.from(data), [...shape]);
    return shape.length === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
  });
}
