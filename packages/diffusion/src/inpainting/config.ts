import { assertShape, TintypeError, type tf } from '@tintype/core-tensor';

export interface InpaintingConfig {
  /** What is known of each image, [count, h, w, c] in [-1, 1]; what lies under a mask of 0 is not read. Borrowed. */
  readonly known: tf.Tensor4D;
  /** 1 where a pixel is kept, 0 where it is painted, [count or 1, h, w, 1 or c]; between them both are mixed. Borrowed. */
  readonly mask: tf.Tensor4D;
  /** Steps that a jump goes back towards the noise, an integer ≥ 1; the authors' j. @default 10 */
  readonly jumpLength?: number;
  /** How often each stretch of that length is walked, an integer ≥ 1; 1 never jumps; the authors' r. @default 10 */
  readonly resamplings?: number;
}

/** Throws `E_CONFIG` for jumps that are no whole numbers from 1, `E_SHAPE` where image and mask do not fit the samples. */
export function assertInpaintingConfig(
  { known, mask, jumpLength = 10, resamplings = 10 }: InpaintingConfig,
  shape: readonly number[],
): void {
  assertCount('jumpLength', jumpLength);
  assertCount('resamplings', resamplings);
  assertShape(known, [...shape], 'sampleInpainting: known');
  const [count, height, width, channels] = shape;
  const [rows, maskHeight, maskWidth, layers] = mask.shape;
  const isMask = mask.rank === 4 && maskHeight === height && maskWidth === width;
  if (isMask && (rows === count || rows === 1) && (layers === channels || layers === 1)) return;
  throw new TintypeError('E_SHAPE', {
    where: 'sampleInpainting: mask',
    what: 'the mask does not fit the images',
    got: mask.shape,
    expected: `[1 or ${count}, ${height}, ${width}, 1 or ${channels}]`,
  });
}

function assertCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new TintypeError('E_CONFIG', {
    where: `sampleInpainting: ${name}`,
    what: 'impossible value',
    got: value,
    expected: 'an integer ≥ 1',
  });
}
