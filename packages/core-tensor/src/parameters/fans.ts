import { TintypeError } from '@tintype/backend';
import type { ParameterLayout } from './parameter-tree.ts';

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * Inputs and outputs of one unit of a weight, as PyTorch counts them from its own layout: axis 1 is "in".
 * For a transposed convolution PyTorch's weight is [in, out, kh, kw], so its fan-in is out·kh·kw; we keep that.
 * Throws `E_CONFIG` where a fan has no meaning: layout `plain` with less than two axes.
 */
export function fans(shape: readonly number[], layout: ParameterLayout): Fans {
  if (shape.length < 2) {
    throw new TintypeError('E_CONFIG', {
      where: 'fans',
      what: 'fans are defined for weights of two axes or more',
      got: shape,
      remedy: 'Use an initialiser that needs no fan: zeros, ones, constant, normal, uniform',
    });
  }
  const receptiveField = shape.slice(0, -2).reduce((product, side) => product * side, 1);
  const [first = 1, second = 1] = shape.slice(-2);
  const field = layout === 'conv' || layout === 'convTransposed' ? receptiveField : 1;
  return { fanIn: first * field, fanOut: second * field };
}
