import { TintypeError } from '@tintype/core-tensor';

/**
 * ln of the mean of eˣ, without overflow or underflow: the largest exponent is taken out first. −∞ counts as e^−∞ = 0.
 * @throws TintypeError `E_DATA` for no values, NaN or +∞
 */
export function logMeanExp(values: ArrayLike<number>): number {
  if (values.length === 0)
    throw new TintypeError('E_DATA', { where: 'logMeanExp', what: 'there are no values' });
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) {
      throw new TintypeError('E_DATA', {
        where: `logMeanExp[${i}]`,
        what: 'the value has no exponential',
        got: value,
      });
    }
    if (value > largest) largest = value;
  }
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum / values.length);
}
