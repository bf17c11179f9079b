import { TintypeError, type tf } from '@tintype/backend';
import { assertShape } from '../config/assert-shape.ts';
import type { ImageBatch, PixelImage } from './pixel-image.ts';
import { toUint8 } from './pixel-range.ts';

export interface GridOptions {
  /** @default as near to a square as it gets */
  readonly columns?: number;
  /** Pixels between images and around them. @default 2 */
  readonly padding?: number;
  /** Level of the padding, 0 … 255. @default 255 */
  readonly background?: number;
}

/**
 * Lays images out in rows, from left to right and top to bottom; places that stay empty show the background.
 * @throws TintypeError `E_SHAPE` where values and shape do not fit, `E_CONFIG` for impossible options
 */
export function makeGrid(images: ImageBatch, options: GridOptions = {}): PixelImage {
  const [count, height, width, channels] = images.shape;
  assertShape(images, [null, null, null, null], 'makeGrid: images');
  assertShape({ shape: [images.values.length] }, [count * height * width * channels], 'makeGrid: values');
  const columns = Math.min(count, wholeNumber('columns', options.columns ?? Math.ceil(Math.sqrt(count)), 1));
  const padding = wholeNumber('padding', options.padding ?? 2, 0);
  const rows = Math.ceil(count / columns);
  const grid = {
    width: columns * (width + padding) + padding,
    height: rows * (height + padding) + padding,
    channels,
  };
  const values = new Uint8Array(grid.width * grid.height * channels).fill(options.background ?? 255);
  const pixels = toUint8(images.values);
  for (let index = 0; index < count; index += 1) {
    const left = padding + (index % columns) * (width + padding);
    const top = padding + Math.floor(index / columns) * (height + padding);
    for (let row = 0; row < height; row += 1) {
      const from = (index * height + row) * width * channels;
      values.set(
        pixels.subarray(from, from + width * channels),
        ((top + row) * grid.width + left) * channels,
      );
    }
  }
  return { ...grid, values };
}

/** Reads a batch of images out of its device. Borrows the tensor. */
export async function readImages(images: tf.Tensor4D): Promise<ImageBatch> {
  assertShape(images, [null, null, null, null], 'readImages');
  const values = await images.data();
  return { shape: images.shape, values: values instanceof Float32Array ? values : Float32Array.from(values) };
}

function wholeNumber(name: string, value: number, minimum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  throw new TintypeError('E_CONFIG', {
    where: `makeGrid: ${name}`,
    what: 'must be a whole number',
    got: value,
    expected: `at least ${minimum}`,
  });
}
