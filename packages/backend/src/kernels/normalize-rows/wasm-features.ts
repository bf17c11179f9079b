import { borrowMemory } from '../../engine/borrow-memory.ts';
import type { Normalization } from './normalization.ts';
import type { Gradients } from './wasm-channels.ts';

/** Rows whose gradients by weight and bias one item adds up. */
const rowsOfPart = 64;
const floatsOfItem = 2 ** 13;
const bytesOfFloat32 = 4;

/** Layer norm: samples are rows. */
export function forwardByFeatures(call: Normalization, y: number): void {
  const { engine, x, statistics, weight, bias, channels, samples, epsilon } = call;
  engine.run('layerNorm', {
    ints: [x, y, statistics, weight, bias, channels],
    floats: [epsilon],
    items: samples,
    grain: Math.ceil(floatsOfItem / channels),
  });
}

export function backwardByFeatures(call: Normalization, { dy, dx, dweight, dbias }: Gradients): void {
  const { engine, x, statistics, weight, channels, samples } = call;
  const parts = Math.ceil(samples / rowsOfPart);
  borrowMemory(engine, parts * 2 * channels * bytesOfFloat32, (sums) => {
    const ints = [x, dy, dx, statistics, weight, channels, samples, rowsOfPart, sums];
    engine.run('layerNormGrad', { ints, items: parts, grain: 1 });
    if (weight !== 0)
      engine.run('layerNormGradWeights', { ints: [sums, channels, parts, dweight, dbias], items: channels });
  });
}
