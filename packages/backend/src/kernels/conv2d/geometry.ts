import { TintypeError } from '../../errors/tintype-error.ts';
import { tf } from '../../tf.ts';

/** What tf's convolution operations hand to their kernels. */
export interface Conv2dAttributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | [number, number][];
  dataFormat?: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Sizes of one dense NHWC convolution [batch, height, width, channels] → [batch, outHeight, outWidth, …]. */
export interface ConvGeometry {
  batch: number;
  height: number;
  width: number;
  channels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  kernelHeight: number;
  kernelWidth: number;
  strideHeight: number;
  strideWidth: number;
  padTop: number;
  padLeft: number;
}

export function convGeometry(
  inputShape: number[],
  filterShape: number[],
  { strides, pad, dimRoundingMode }: Conv2dAttributes,
  isDepthwise = false,
): ConvGeometry {
  type Shape4 = [number, number, number, number];
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    1,
    pad as 'same',
    dimRoundingMode,
    isDepthwise,
  );
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** tfjs takes a dy of another size than the convolution gives, and reads it at wrong places. */
export function assertOutputShape(dy: tf.TensorInfo, geometry: ConvGeometry): void {
  const { batch, outHeight, outWidth, outChannels } = geometry;
  const expected = [batch, outHeight, outWidth, outChannels];
  if (tf.util.arraysEqual(dy.shape, expected)) return;
  throw new TintypeError('E_SHAPE', {
    where: 'tf.conv2dTranspose, or a gradient of tf.conv2d',
    what: 'the size of the image does not fit strides and padding',
    got: dy.shape,
    expected,
  });
}

/** Floats of one patch: a window of the input, as [kernelHeight, kernelWidth, channels]. */
export function patchSize({ kernelHeight, kernelWidth, channels }: ConvGeometry): number {
  return kernelHeight * kernelWidth * channels;
}

/** How many images to treat at once, so that their patches stay within a few megabytes. */
export function imagesPerChunk(geometry: ConvGeometry): number {
  const floatsPerImage = geometry.outHeight * geometry.outWidth * patchSize(geometry);
  return Math.max(1, Math.min(geometry.batch, Math.floor(patchFloatsPerChunk / Math.max(1, floatsPerImage))));
}

const patchFloatsPerChunk = 2 ** 20;
