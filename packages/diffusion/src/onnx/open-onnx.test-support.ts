import { tf } from '@tintype/core-tensor';
import { InferenceSession, Tensor } from 'onnxruntime-node';

type OnnxInputs = Readonly<Record<string, tf.Tensor | BigInt64Array>>;
export type RunOnnx = (inputs: OnnxInputs) => Promise<Record<string, tf.Tensor>>;

/** Opens a file in onnxruntime on one core; takes tfjs tensors as they lie and gives the outputs by name. */
export async function openOnnx(file: Uint8Array): Promise<RunOnnx> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  return async (inputs) => {
    const fed = Object.entries(inputs).map(([name, value]) => [name, toOnnx(value)] as const);
    const results = await session.run(Object.fromEntries(fed));
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        tf.tensor(data as Float32Array, [...dims]),
      ]),
    );
  };
}

function toOnnx(value: tf.Tensor | BigInt64Array): Tensor {
  if (value instanceof BigInt64Array) return new Tensor('int64', value, [value.length]);
  const { dtype, shape } = value;
  const numbers = value.dataSync();
  return dtype === 'int32'
    ? new Tensor('int32', numbers as Int32Array, shape)
    : new Tensor('float32', numbers as Float32Array, shape);
}
