import type { tf } from '../../tf.ts';
import { multiply } from '../mat-mul/product.ts';
import { pointerTo } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import type { ConvGeometry } from './geometry.ts';
import { packedFilter, packedTurnedFilter } from './packed-filter.ts';
import { isScatterCheaper, scatterWindows } from './scatter-job.ts';
import { convolveWindows, densePlacement } from './window-job.ts';

/** y = conv(x, filter) + bias. */
export function directForward(
  call: ConvolutionCall,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  bias: tf.TensorInfo | undefined,
): tf.TensorInfo {
  const { backend, engine, geometry } = call;
  const { batch, channels, outHeight, outWidth, outChannels } = geometry;
  const y = backend.makeOutput([batch, outHeight, outWidth, outChannels], 'float32');
  const transpose = transposeOf(geometry);
  const isScattered = isDense(geometry) && isScatterCheaper(transpose);
  const packed = isScattered ? packedTurnedFilter(call, filter) : packedFilter(call, filter);
  const [input, output] = [pointerTo(backend, x), pointerTo(backend, y)];
  const biasPointer = bias && pointerTo(backend, bias);
  if (isScattered) {
    scatterWindows(engine, transpose, { dy: input, filter: packed, output, bias: biasPointer });
  } else if (isPointwise(geometry)) {
    multiply(engine, {
      ...{ a: input, isATransposed: false, isAShared: false, b: { packed }, isBShared: false, c: output },
      ...{
        bias: biasPointer,
        matrices: 1,
        rows: batch * outHeight * outWidth,
        columns: outChannels,
        depth: channels,
      },
    });
  } else {
    const placement = densePlacement(geometry);
    convolveWindows(engine, geometry, { input, filter: packed, output, bias: biasPointer, placement });
  }
  return y;
}

/** Whether it is a matrix product: 1×1 on every pixel. */
export function isPointwise(geometry: ConvGeometry): boolean {
  const { height, width, outHeight, outWidth, kernelHeight, kernelWidth, padTop, padLeft } = geometry;
  const isOneTap = kernelHeight === 1 && kernelWidth === 1 && padTop === 0 && padLeft === 0;
  return isOneTap && isDense(geometry) && height === outHeight && width === outWidth;
}

export function isDense({ strideHeight, strideWidth }: ConvGeometry): boolean {
  return strideHeight === 1 && strideWidth === 1;
}

/** The convolution of which this one, of stride 1, is the input gradient, with the filter turned by 180°. */
export function transposeOf(geometry: ConvGeometry): ConvGeometry {
  const { height, width, channels, outHeight, outWidth, outChannels } = geometry;
  const { kernelHeight, kernelWidth, padTop, padLeft } = geometry;
  return {
    ...geometry,
    ...{ height: outHeight, width: outWidth, channels: outChannels },
    ...{ outHeight: height, outWidth: width, outChannels: channels },
    padTop: kernelHeight - 1 - padTop,
    padLeft: kernelWidth - 1 - padLeft,
  };
}
