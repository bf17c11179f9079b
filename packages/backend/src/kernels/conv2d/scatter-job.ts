import type { Engine } from '../../engine/engine.ts';
import type { ConvGeometry } from './geometry.ts';
import { geometryWords, operationsPerGrain, roundUp } from './window-job.ts';

export interface ScatterJob {
  readonly dy: number;
  /** Packed, [outChannels][kernelHeight · kernelWidth · channels]. */
  readonly filter: number;
  readonly output: number;
  readonly bias?: number;
}

const panelColumns = 8;
/** Rows of the image from which on it is divided among threads; windows that cross the cut are computed twice. */
const rowsPerItem = 32;
/** The products of some positions must fit a thread's scratch memory. */
const mostWindowFloats = 512;

/**
 * Whether the input gradient is cheaper as windows added to the image than as windows gathered from dy. The micro-kernel
 * computes eight columns at a time: channels of the image there, values of a window here.
 */
export function isScatterCheaper(geometry: ConvGeometry): boolean {
  const { height, width, channels, outHeight, outWidth, kernelHeight, kernelWidth } = geometry;
  const taps = kernelHeight * kernelWidth;
  const scattered = outHeight * outWidth * roundUp(taps * channels, panelColumns);
  const tapsPerPhase = taps / (geometry.strideHeight * geometry.strideWidth);
  const gathered = height * width * tapsPerPhase * roundUp(channels, panelColumns);
  return taps > 1 && taps * channels <= mostWindowFloats && scattered < 0.8 * gathered;
}

/** output = the input gradient + bias, as convolution-scatter.ts describes it. */
export function scatterWindows(engine: Engine, geometry: ConvGeometry, job: ScatterJob): void {
  const { batch, height, width, channels, outChannels, kernelHeight, kernelWidth } = geometry;
  const { dy, filter, output, bias = 0 } = job;
  const operations = 2 * rowsPerItem * width * kernelHeight * kernelWidth * channels * outChannels;
  engine.run('scatterWindows', {
    ints: [dy, filter, output, bias, ...geometryWords(geometry), rowsPerItem],
    items: batch * Math.ceil(height / rowsPerItem),
    grain: Math.ceil(operationsPerGrain / operations),
  });
}
