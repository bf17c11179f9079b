import { packedWeights } from '../../engine/packed-weights.ts';
import type { tf } from '../../tf.ts';
import { packedBytes, packMatrices } from '../mat-mul/product.ts';
import { pointerTo } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import type { ConvGeometry } from './geometry.ts';

// Filters in the forms that the kernels read, kept for as long as the filter is.

/** [kernelHeight · kernelWidth · channels][outChannels]. */
export function packedFilter(call: ConvolutionCall, filter: tf.TensorInfo): number {
  const { kernelHeight, kernelWidth, channels, outChannels } = call.geometry;
  const depth = kernelHeight * kernelWidth * channels;
  return packedMatrix(call, filter, 'filter', { depth, columns: outChannels, isTransposed: false });
}

/** [outChannels][kernelHeight · kernelWidth · channels]. */
export function packedTransposedFilter(call: ConvolutionCall, filter: tf.TensorInfo): number {
  const { kernelHeight, kernelWidth, channels, outChannels } = call.geometry;
  const columns = kernelHeight * kernelWidth * channels;
  return packedMatrix(call, filter, 'transposed filter', { depth: outChannels, columns, isTransposed: true });
}

interface Form {
  depth: number;
  columns: number;
  isTransposed: boolean;
}

function packedMatrix(
  { backend, engine }: ConvolutionCall,
  filter: tf.TensorInfo,
  name: string,
  form: Form,
): number {
  const matrices = { ...form, matrices: 1 };
  return packedWeights({
    backend,
    engine,
    dataId: filter.dataId,
    kind: `${name} ${form.depth} ${form.columns}`,
    bytes: packedBytes(matrices),
    pack: (to) => packMatrices(engine, { b: pointerTo(backend, filter), ...matrices }, to),
  });
}

/** Turned by 180°: [channels][kernelHeight · kernelWidth · outChannels]. */
export function packedTurnedFilter(
  { backend, engine, geometry }: ConvolutionCall,
  filter: tf.TensorInfo,
): number {
  const { kernelHeight, kernelWidth, channels, outChannels } = geometry;
  const taps = kernelHeight * kernelWidth;
  return packedWeights({
    backend,
    engine,
    dataId: filter.dataId,
    kind: `turned filter ${filter.shape}`,
    bytes: packedBytes({ depth: channels, columns: taps * outChannels, matrices: 1 }),
    pack: (to) =>
      engine.run('packTurned', {
        ints: [pointerTo(backend, filter), to, taps, channels, outChannels],
        items: channels,
      }),
  });
}

/** For each phase of the input gradient, by remainders of row and column: [phase's taps · outChannels][channels]. */
export function packedPhases({ backend, engine, geometry }: ConvolutionCall, filter: tf.TensorInfo): number {
  const { kernelHeight, kernelWidth, channels, outChannels, strideHeight, strideWidth } = geometry;
  const taps = kernelHeight * kernelWidth;
  return packedWeights({
    backend,
    engine,
    dataId: filter.dataId,
    kind: `phases ${filter.shape} ${strideHeight} ${strideWidth}`,
    bytes: packedBytes({ depth: taps * outChannels, columns: channels, matrices: 1 }),
    pack: (to) =>
      engine.run('packPhases', {
        ints: [
          ...[pointerTo(backend, filter), to, kernelHeight, kernelWidth, channels, outChannels],
          ...[strideHeight, strideWidth],
        ],
        items: taps,
        grain: Math.ceil(2 ** 16 / (channels * outChannels)),
      }),
  });
}

/** One axis of a phase of the input gradient: the pixels with remainder `first` by the stride. */
export interface AxisPhase {
  readonly first: number;
  readonly size: number;
  readonly taps: number;
  /** Zeros before dy. */
  readonly pad: number;
}

/** The phases of an axis, by the remainder of the taps that reach them, which is how filters are packed. */
export function axisPhases(size: number, kernel: number, stride: number, pad: number): AxisPhase[] {
  return Array.from({ length: stride }, (_, remainder) => {
    const first = (((remainder - pad) % stride) + stride) % stride;
    const taps = remainder < kernel ? Math.ceil((kernel - remainder) / stride) : 0;
    const reach = Math.floor((first + pad) / stride);
    return { first, size: Math.max(0, Math.ceil((size - first) / stride)), taps, pad: taps - 1 - reach };
  });
}

/** Bytes of the packed filter of one phase. */
export function phaseBytes(
  { channels, outChannels }: ConvGeometry,
  rows: AxisPhase,
  columns: AxisPhase,
): number {
  const taps = rows.taps * columns.taps;
  return taps === 0 ? 0 : packedBytes({ depth: taps * outChannels, columns: channels, matrices: 1 });
}
