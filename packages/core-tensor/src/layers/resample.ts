import { TintypeError, tf } from '@tintype/backend';
import { assertPositiveIntegers } from './assert-options.ts';

/** Every pixel becomes a square of `factor`² equal ones: [b, h, w, c] → [b, h·factor, w·factor, c]. */
export function upsampleNearest(x: tf.Tensor4D, factor = 2): tf.Tensor4D {
  assertPositiveIntegers('upsampleNearest', { factor });
  const [, height, width] = x.shape;
  return tf.image.resizeNearestNeighbor(x, [height * factor, width * factor]);
}

/** Mean of each square of `factor`² pixels: [b, h, w, c] → [b, h/factor, w/factor, c]. Throws `E_SHAPE` on a remainder. */
export function averagePool(x: tf.Tensor4D, factor = 2): tf.Tensor4D {
  assertMultiple('averagePool', x, factor);
  return tf.avgPool(x, factor, factor, 'valid');
}

/**
 * Moves each square of `factor`² pixels into the channels, row by row: [b, h, w, c] → [b, h/factor, w/factor, factor²·c],
 * new channel (dy·factor + dx)·c + channel. The inverse of `tf.depthToSpace` (NHWC). Throws `E_SHAPE` on a remainder.
 */
export function spaceToDepth(x: tf.Tensor4D, factor = 2): tf.Tensor4D {
  assertMultiple('spaceToDepth', x, factor);
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const [rows, columns] = [height / factor, width / factor];
    // One row of squares holds dy as its own axis, and (dx, channel) already lie together.
    const squares = tf.reshape(x, [batch * rows, factor, columns, factor * channels]);
    const gathered = tf.transpose(squares, [0, 2, 1, 3]); // [b·rows, columns, factor, factor·c]
    return tf.reshape(gathered, [batch, rows, columns, factor * factor * channels]);
  });
}

function assertMultiple(where: string, x: tf.Tensor4D, factor: number): void {
  assertPositiveIntegers(where, { factor });
  const [, height, width] = x.shape;
  if (height % factor === 0 && width % factor === 0) return;
  throw new TintypeError('E_SHAPE', {
    where,
    what: 'height and width must be multiples of the factor',
    got: x.shape,
    expected: `multiples of ${factor}`,
  });
}
