import { TintypeError } from '@tintype/backend';

/**
 * Checks the shape of a tensor, or of anything with a `shape`.
 * @param expected Length of each axis; `null` takes any length of at least 1.
 * @throws TintypeError `E_SHAPE`
 */
export function assertShape(
  tensor: { readonly shape: readonly number[] },
  expected: readonly (number | null)[],
  name: string,
): void {
  const { shape } = tensor;
  const fits =
    shape.length === expected.length &&
    expected.every((length, axis) => (length === null ? shape[axis]! > 0 : shape[axis] === length));
  if (fits) return;
  throw new TintypeError('E_SHAPE', {
    where: name,
    what: shape.length === expected.length ? 'the shape does not fit' : 'the rank does not fit',
    got: formatShape(shape),
    expected: formatShape(expected),
    remedy: shape.includes(0) ? 'An axis is empty: pass at least one element' : undefined,
  });
}

function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((length) => length ?? 'any').join(', ')}]`;
}
