import { tf } from '@tintype/backend';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Opens an .onnx file in onnxruntime on one core; tfjs tensors in, and out by name. */
export async function openOnnx(file: Uint8Array) {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  return async (inputs: Readonly<Record<string, tf.Tensor>>): Promise<Record<string, tf.Tensor>> => {
    const fed = Object.entries(inputs).map(([name, tensor]) => [name, toOnnx(tensor)] as const);
    const results = await session.run(Object.fromEntries(fed));
    return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, fromOnnx(result)]));
  };
}

function toOnnx(tensor: tf.Tensor): Tensor {
  const numbers = tensor.dataSync();
  return tensor.dtype === 'int32'
    ? new Tensor('int32', numbers as Int32Array, tensor.shape)
    : new Tensor('float32', numbers as Float32Array, tensor.shape);
}

function fromOnnx({ type, dims, data }: Tensor): tf.Tensor {
  const dtype = type === 'float32' ? 'float32' : type === 'bool' ? 'bool' : 'int32';
  return tf.tensor(data as Float32Array, [...dims], dtype);
}
