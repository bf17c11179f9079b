import type { tf } from '../../tf.ts';
import { transposed, type WasmBackend } from '../wasm-backend.ts';

const toLast = [0, 2, 3, 1];
const toFirst = [0, 3, 1, 2];

/** Runs an NHWC computation on NCHW tensors. */
export function throughChannelsLast(
  backend: WasmBackend,
  images: tf.TensorInfo[],
  compute: (images: tf.TensorInfo[]) => tf.TensorInfo,
  returnsImages = true,
): tf.TensorInfo {
  const channelsLast = images.map((image) => transposed(backend, image, toLast));
  const result = compute(channelsLast);
  for (const image of channelsLast) backend.disposeData(image.dataId);
  if (!returnsImages) return result;
  const channelsFirst = transposed(backend, result, toFirst);
  backend.disposeData(result.dataId);
  return channelsFirst;
}

/** A shape [batch, channels, height, width] as [batch, height, width, channels]. */
export function shapeToChannelsLast(shape: number[]): number[] {
  return toLast.map((axis) => shape[axis]!);
}
