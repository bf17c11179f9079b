import { type SafetensorsEntry, safetensorsEntry, tf, toFloat32 } from '@tintype/core-tensor';

export type Tensors = ReadonlyMap<string, SafetensorsEntry>;

/** Reads tensors out, in tfjs's layouts. */
export async function readOut(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Tensors> {
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, tensor] of Object.entries(tensors)) {
    entries.set(name, safetensorsEntry((await tensor.data()) as Float32Array, tensor.shape));
  }
  return entries;
}

/** Tensors of a file, given to the caller. */
export function makeTensor(tensors: Tensors, name: string): tf.Tensor {
  const entry = tensors.get(name);
  if (entry === undefined) throw new Error(`the first contestant left no ${name}`);
  return tf.tensor(toFloat32(entry).slice(), [...entry.shape], 'float32');
}
