import type { Engine } from '../../engine/engine.ts';
import type { ConvGeometry } from './geometry.ts';

/** Where the positions of a grid are in the output, in bytes. */
interface Placement {
  readonly imagePitch: number;
  readonly rowPitch: number;
  readonly pixelPitch: number;
}

export interface WindowJob {
  readonly input: number;
  /** Packed, [windowHeight · windowWidth · channels][outChannels]. */
  readonly filter: number;
  readonly output: number;
  readonly bias?: number;
  readonly placement: Placement;
}

const floatBytes = 4;
const tileRows = 6;
const panelColumns = 8;
/** Floats of the windows that are gathered at once. */
const gatheredFloats = 2 ** 16;
const mostPositions = 96;
const fewestPositions = 24;
const mostColumns = 512;
const fewestColumns = 64;
const enoughItems = 16;
/** Floating-point operations that are worth a thread's while. */
export const operationsPerGrain = 2 ** 21;

/** The words by which the kernels know a convolution. */
export function geometryWords(geometry: ConvGeometry): number[] {
  const { batch, height, width, channels, outHeight, outWidth, outChannels } = geometry;
  const { kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft } = geometry;
  return [
    ...[batch, height, width, channels, outHeight, outWidth, outChannels],
    ...[kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft],
  ];
}

/** output = windows(input) · filter + bias, as convolution-windows.ts describes it. */
export function convolveWindows(engine: Engine, geometry: ConvGeometry, job: WindowJob): void {
  const { batch, channels, outHeight, outWidth, outChannels, kernelHeight, kernelWidth } = geometry;
  const { input, filter, output, bias = 0, placement } = job;
  const depth = kernelHeight * kernelWidth * channels;
  const run = kernelWidth * channels;
  const positions = batch * outHeight * outWidth;
  let positionsPerItem = Math.min(
    mostPositions,
    Math.max(fewestPositions, gatheredFloats / Math.max(1, depth)),
  );
  positionsPerItem = Math.min(positionsPerItem, (2 * gatheredFloats) / Math.max(1, run));
  positionsPerItem = Math.max(tileRows, roundDown(positionsPerItem, tileRows));
  let columnsPerItem = Math.min(mostColumns, roundUp(outChannels, panelColumns));
  const items = () => Math.ceil(positions / positionsPerItem) * Math.ceil(outChannels / columnsPerItem);
  while (items() < enoughItems && positionsPerItem >= 2 * fewestPositions)
    positionsPerItem = roundUp(positionsPerItem / 2, tileRows);
  while (items() < enoughItems && columnsPerItem >= 2 * fewestColumns)
    columnsPerItem = roundUp(columnsPerItem / 2, panelColumns);
  engine.run('convolveWindows', {
    ints: [
      ...[input, filter, output, bias],
      ...geometryWords(geometry),
      ...[placement.imagePitch, placement.rowPitch, placement.pixelPitch, positionsPerItem, columnsPerItem],
    ],
    items: items(),
    grain: Math.ceil(operationsPerGrain / (2 * positionsPerItem * columnsPerItem * Math.max(1, depth))),
  });
}

/** Positions behind one another, as in an output of the grid's own size. */
export function densePlacement({ outHeight, outWidth, outChannels }: ConvGeometry): Placement {
  const pixelPitch = outChannels * floatBytes;
  const rowPitch = outWidth * pixelPitch;
  return { pixelPitch, rowPitch, imagePitch: outHeight * rowPitch };
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function roundDown(value: number, multiple: number): number {
  return Math.floor(value / multiple) * multiple;
}
