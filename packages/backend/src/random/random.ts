import { currentBackend } from '../device/current-backend.ts';
import { TintypeError } from '../errors/tintype-error.ts';
import { tf } from '../tf.ts';
import type { RandomDraw } from './fill.ts';
import { type RandomKernel, randomKernels } from './kernel-names.ts';

/**
 * Words k = counter … counter + count − 1 of each row: lane k mod 2 of Threefry2x32-20 (key, ⌊k/2⌋), as int32 bits.
 * The same on every backend. int32 [rows, count].
 * @throws TintypeError E_NO_BACKEND, E_SHAPE, E_SEED
 */
export function randomBits(draw: RandomDraw): tf.Tensor2D {
  return run(randomKernels.bits, draw);
}

/** float32 [rows, count] in [0, 1): (bits >>> 8)·2⁻²⁴. The same on every backend. Errors as randomBits. */
export function randomUniform(draw: RandomDraw): tf.Tensor2D {
  return run(randomKernels.uniform, draw);
}

/**
 * float32 [rows, count], N(0, 1) by Box–Muller on words 2m and 2m + 1; |value| ≤ 6.77.
 * Bit-identical on cpu and wasm; WebGPU computes in float32 and agrees within 1e-6·max(1, |value|).
 * Errors as randomBits.
 */
export function randomNormal(draw: RandomDraw): tf.Tensor2D {
  return run(randomKernels.normal, draw);
}

function run(kernel: RandomKernel, draw: RandomDraw): tf.Tensor2D {
  currentBackend();
  assertDraw(kernel, draw);
  const attributes = draw as unknown as tf.NamedAttrMap;
  return tf.engine().runKernel(kernel, {}, attributes) as tf.Tensor2D;
}

function assertDraw(where: string, { keys, counter, count }: RandomDraw): void {
  if (keys.length % 2 !== 0) {
    throw new TintypeError('E_SHAPE', {
      where,
      what: 'keys must hold two words a row',
      got: `${keys.length} words`,
    });
  }
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new TintypeError('E_SHAPE', {
      where,
      what: 'count must be a whole number of at least 0',
      got: count,
    });
  }
  if (!Number.isSafeInteger(counter) || counter < 0 || !Number.isSafeInteger(counter + count)) {
    throw new TintypeError('E_SEED', {
      where,
      what: 'counter must lie in 0 … 2^53 − 1, count included',
      got: counter,
    });
  }
}
