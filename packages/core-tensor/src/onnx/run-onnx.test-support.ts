import { tf } from '@tintype/backend';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Runs an .onnx file in onnxruntime on the CPU and gives its outputs by name, as tfjs tensors. */
export async function runOnnx(
  file: Uint8Array,
  inputs: Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, tf.Tensor>> {
  const session = await InferenceSession.create(file);
  const fed = Object.entries(inputs).map(([name, tensor]) => [name, toOnnx(tensor)] as const);
  const results = await session.run(Object.fromEntries(fed));
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, fromOnnx(result)]));
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
