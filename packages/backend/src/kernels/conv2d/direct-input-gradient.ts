import type { tf } from '../../tf.ts';
import { multiply } from '../mat-mul/product.ts';
import { pointerTo } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import { isPointwise } from './direct-forward.ts';
import type { ConvGeometry } from './geometry.ts';
import {
  type AxisPhase,
  axisPhases,
  packedPhases,
  packedTransposedFilter,
  phaseBytes,
} from './packed-filter.ts';
import { isScatterCheaper, scatterWindows } from './scatter-job.ts';
import { convolveWindows } from './window-job.ts';

/** dx of conv(x, filter); also what tf.conv2dTranspose computes. */
export function directInputGradient(
  call: ConvolutionCall,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
): tf.TensorInfo {
  const { backend, engine, geometry } = call;
  const { batch, height, width, channels, outChannels } = geometry;
  const dx = backend.makeOutput([batch, height, width, channels], 'float32');
  const isTransposed = isPointwise(geometry) || isScatterCheaper(geometry);
  const packed = isTransposed ? packedTransposedFilter(call, filter) : packedPhases(call, filter);
  const [input, output] = [pointerTo(backend, dy), pointerTo(backend, dx)];
  if (isPointwise(geometry)) {
    multiply(engine, {
      ...{ a: input, isATransposed: false, isAShared: false, b: { packed }, isBShared: false, c: output },
      ...{ matrices: 1, rows: batch * height * width, columns: channels, depth: outChannels },
    });
  } else if (isTransposed) {
    scatterWindows(engine, geometry, { dy: input, filter: packed, output });
  } else {
    convolvePhases(call, input, packed, output);
  }
  return dx;
}

/**
 * Pixels whose row and column leave the same remainders by the stride form a phase, and see dy through the same taps of the
 * filter: each phase is a convolution of dy with stride 1. A phase without taps is all zeros.
 */
function convolvePhases(
  { engine, geometry }: ConvolutionCall,
  dy: number,
  filters: number,
  dx: number,
): void {
  const { height, width, kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft } = geometry;
  let filter = filters;
  for (const rows of axisPhases(height, kernelHeight, strideHeight, padTop)) {
    for (const columns of axisPhases(width, kernelWidth, strideWidth, padLeft)) {
      if (rows.size > 0 && columns.size > 0) convolvePhase(rows, columns, filter);
      filter += phaseBytes(geometry, rows, columns);
    }
  }

  function convolvePhase(rows: AxisPhase, columns: AxisPhase, phaseFilter: number): void {
    const pixelBytes = geometry.channels * Float32Array.BYTES_PER_ELEMENT;
    convolveWindows(engine, phaseGeometry(geometry, rows, columns), {
      input: dy,
      filter: phaseFilter,
      output: dx + (rows.first * width + columns.first) * pixelBytes,
      placement: {
        pixelPitch: strideWidth * pixelBytes,
        rowPitch: strideHeight * width * pixelBytes,
        imagePitch: height * width * pixelBytes,
      },
    });
  }
}

function phaseGeometry(geometry: ConvGeometry, rows: AxisPhase, columns: AxisPhase): ConvGeometry {
  const { batch, channels, outHeight, outWidth, outChannels } = geometry;
  return {
    ...{ batch, height: outHeight, width: outWidth, channels: outChannels },
    ...{ outHeight: rows.size, outWidth: columns.size, outChannels: channels },
    ...{ kernelHeight: rows.taps, kernelWidth: columns.taps, strideHeight: 1, strideWidth: 1 },
    ...{ padTop: rows.pad, padLeft: columns.pad },
  };
}
