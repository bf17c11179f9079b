import { assertConfig, tf, v } from '@tintype/core-tensor';

/**
 * Codes of a 2-D manifold: `side` × `side` points spaced evenly over the square from −extent to extent, row by row. The first
 * number grows to the right, the second upwards. [side², 2]. Throws `E_CONFIG` unless side ≥ 2 and extent > 0.
 */
export function latentGrid(side: number, extent: number): tf.Tensor2D {
  assertConfig(v.pipe(v.number(), v.integer(), v.minValue(2)), side, 'latentGrid.side');
  assertConfig(v.pipe(v.number(), v.finite(), v.gtValue(0)), extent, 'latentGrid.extent');
  const at = (index: number) => extent * ((2 * index) / (side - 1) - 1);
  return tf.tensor2d(
    Array.from({ length: side * side }, (_, i) => [at(i % side), -at(Math.floor(i / side))]),
  );
}
