import { assertConfig, assertShape, type ImageBatch, TintypeError, v } from '@tintype/core-tensor';

/** Lowest and highest value that a pixel has. */
export type PixelRange = readonly [minimum: number, maximum: number];

const rangeSchema = v.tuple([v.pipe(v.number(), v.finite()), v.pipe(v.number(), v.finite())]);

/**
 * Checks two batches of images of one shape. Values may lie outside the range, as those of noisy images do, by up to
 * its width: beyond that they plainly belong to another range.
 * @throws TintypeError `E_SHAPE`, `E_CONFIG` for an impossible range, `E_DATA` for such values and any that is not finite
 */
export function assertImagePair(a: ImageBatch, b: ImageBatch, range: PixelRange, where: string): void {
  assertConfig(rangeSchema, range, `${where}.range`);
  const [minimum, maximum] = range;
  if (minimum >= maximum) {
    throw new TintypeError('E_CONFIG', {
      where: `${where}.range`,
      what: 'the minimum must lie below the maximum',
      got: [minimum, maximum],
    });
  }
  assertShape(a, [null, null, null, null], `${where}: a`);
  assertShape(b, [...a.shape], `${where}: b`);
  const size = a.shape.reduce((product, length) => product * length, 1);
  assertValues(a.values, size, range, `${where}: a`);
  assertValues(b.values, size, range, `${where}: b`);
}

function assertValues(
  values: ImageBatch['values'],
  size: number,
  [minimum, maximum]: PixelRange,
  where: string,
): void {
  assertShape({ shape: [values.length] }, [size], `${where}.values`);
  const width = maximum - minimum;
  const index = values.findIndex((value) => !(value >= minimum - width && value <= maximum + width));
  if (index < 0) return;
  throw new TintypeError('E_DATA', {
    where: `${where}.values[${index}]`,
    what: 'the value does not belong to the range',
    got: values[index],
    expected: `${minimum} to ${maximum}`,
    remedy: 'Name the range that the images have',
  });
}
