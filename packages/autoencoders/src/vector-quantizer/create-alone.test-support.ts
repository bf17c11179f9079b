import { createParameters, createRandomStream, tf } from '@tintype/core-tensor';
import { defaultVectorQuantizerConfig, type VectorQuantizerConfig } from './config.ts';
import { createVectorQuantizer, type VectorQuantizerOptions } from './vector-quantizer.ts';

/** Six codes of three numbers, as in fixtures/reference/losses/vq.safetensors. */
const smallConfig: VectorQuantizerConfig = {
  ...defaultVectorQuantizerConfig,
  codebookSize: 6,
  embeddingDim: 3,
  codebookUpdate: 'loss',
  reviveBelow: 0,
};

/** A quantiser alone, under the name that models give it. */
export function createAlone(
  config: Partial<VectorQuantizerConfig> = {},
  options: VectorQuantizerOptions = {},
) {
  const { scope, parameters, dispose } = createParameters(createRandomStream(1));
  const quantizer = createVectorQuantizer(scope.child('quantize'), { ...smallConfig, ...config }, options);
  /** A parameter by its last names. */
  const entry = (name: string) => parameters.get(`quantize.${name}`)!.variable as tf.Tensor;
  return { quantizer, parameters, entry, dispose };
}

/** Rows as latents of one image, [1, rows, 1, D]. */
export function asLatents(rows: readonly (readonly number[])[]): tf.Tensor4D {
  return tf.tensor2d(rows.map((row) => [...row])).reshape([1, rows.length, 1, rows[0]!.length]);
}
