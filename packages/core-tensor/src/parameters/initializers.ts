import { TintypeError, tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';
import { fans } from './fans.ts';
import type { ParameterLayout } from './parameter-tree.ts';

/**
 * Makes the starting value of an entry: a tensor of `shape`, given to the caller.
 * All numbers come from `rng`, which belongs to this entry alone.
 */
export type Initializer = (shape: readonly number[], rng: RandomStream, layout: ParameterLayout) => tf.Tensor;

/** All 0. */
export function zeros(): Initializer {
  return (shape) => tf.zeros([...shape]);
}

/** All 1. */
export function ones(): Initializer {
  return (shape) => tf.ones([...shape]);
}

/** All `value`. */
export function constant(value: number): Initializer {
  return (shape) => tf.fill([...shape], value);
}

/** One integer, 0: a counter among the buffers. */
export function zeroCounter(): Initializer {
  return (shape) => tf.zeros([...shape], 'int32');
}

/** N(mean, standardDeviation²). */
export function normal(standardDeviation = 1, mean = 0): Initializer {
  return (shape, rng) => rng.normal([...shape], mean, standardDeviation);
}

/** Uniform in [minimum, maximum). */
export function uniform(minimum: number, maximum: number): Initializer {
  return (shape, rng) => rng.uniform([...shape], minimum, maximum);
}

/** He et al. (2015), arXiv:1502.01852, with PyTorch's parameters: std = √(2 / ((1 + a²) · fan)). */
export interface KaimingOptions {
  /** Slope of the leaky ReLU that follows; √5 is what PyTorch's linear and convolution layers start with. */
  a?: number;
  /** @default 'in' */
  fan?: 'in' | 'out';
}

/** Uniform in ±√3·std. With the default a = √5 the bound is 1/√fanIn, PyTorch's start of linear and conv weights. */
export function kaimingUniform({ a = Math.sqrt(5), fan = 'in' }: KaimingOptions = {}): Initializer {
  return (shape, rng, layout) => {
    const bound = Math.sqrt(3) * kaimingDeviation(shape, layout, a, fan);
    return rng.uniform([...shape], -bound, bound);
  };
}

/** N(0, std²); a = 0 by default, which suits ReLU. */
export function kaimingNormal({ a = 0, fan = 'in' }: KaimingOptions = {}): Initializer {
  return (shape, rng, layout) => rng.normal([...shape], 0, kaimingDeviation(shape, layout, a, fan));
}

/** Glorot & Bengio (2010): uniform in ±gain·√(6 / (fanIn + fanOut)). */
export function xavierUniform(gain = 1): Initializer {
  return (shape, rng, layout) => {
    const { fanIn, fanOut } = fans(shape, layout);
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    return rng.uniform([...shape], -bound, bound);
  };
}

/** Exactly these numbers, in the layout of memory; for tests and imports. Throws `E_SHAPE` on another count. */
export function fixed(values: ArrayLike<number>): Initializer {
  return (shape) => {
    const count = shape.reduce((product, side) => product * side, 1);
    if (values.length !== count) {
      throw new TintypeError('E_SHAPE', {
        where: 'fixed',
        what: 'the values must fill the entry',
        got: values.length,
        expected: count,
      });
    }
    return tf.tensor(Float32Array.from(values), [...shape]);
  };
}

function kaimingDeviation(
  shape: readonly number[],
  layout: ParameterLayout,
  a: number,
  fan: 'in' | 'out',
): number {
  const { fanIn, fanOut } = fans(shape, layout);
  return Math.sqrt(2 / ((1 + a * a) * (fan === 'in' ? fanIn : fanOut)));
}
