import { currentEngine } from '../../engine/current-engine.ts';
import type { Engine } from '../../engine/engine.ts';
import { type PoolAttributes, poolInfo } from '../../gradients/pooling.ts';
import type { tf } from '../../tf.ts';
import type { KernelEntry } from '../kernel-entry.ts';
import { defineWasmKernel, pointerTo, type WasmBackend } from '../wasm-backend.ts';

// Pooling and enlarging by whole factors without overlap: blocks of pixels summed, and pixels spread over blocks.

type ImageShape = [number, number, number, number];

interface Blocks {
  readonly height: number;
  readonly width: number;
}

interface ResizeAttributes {
  alignCorners: boolean;
  size: [number, number];
}

export const resampleKernels: readonly KernelEntry[] = [
  defineWasmKernel<{ x: tf.TensorInfo }, PoolAttributes>('AvgPool', (call, stock) => {
    const { x } = call.inputs;
    const blocks = poolBlocks(x, call.attrs);
    const engine = currentEngine();
    if (engine === undefined || blocks === undefined) return stock(call);
    return resample(engine, call.backend, 'blockSum', x, blocks, 1 / (blocks.height * blocks.width));
  }),
  defineWasmKernel<{ dy: tf.TensorInfo; input: tf.TensorInfo }, PoolAttributes>(
    'AvgPoolGrad',
    (call, stock) => {
      const { dy, input } = call.inputs;
      const blocks = poolBlocks(input, call.attrs);
      const engine = currentEngine();
      if (engine === undefined || blocks === undefined || dy.dtype !== 'float32') return stock(call);
      return resample(engine, call.backend, 'blockSpread', dy, blocks, 1 / (blocks.height * blocks.width));
    },
  ),
  defineWasmKernel<{ images: tf.TensorInfo }, ResizeAttributes>('ResizeNearestNeighbor', (call, stock) => {
    const { images } = call.inputs;
    const { alignCorners, size } = call.attrs;
    const height = size[0] / images.shape[1]!;
    const width = size[1] / images.shape[2]!;
    const isWhole = Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0;
    const engine = currentEngine();
    if (engine === undefined || alignCorners || !isWhole || images.dtype !== 'float32') return stock(call);
    return resample(engine, call.backend, 'blockSpread', images, { height, width }, 1);
  }),
];

/** The windows, where they lie side by side and cover the image. */
function poolBlocks(x: tf.TensorInfo, attributes: PoolAttributes): Blocks | undefined {
  if (x.dtype !== 'float32') return undefined;
  const info = poolInfo(x.shape, attributes);
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth } = info;
  const isCovered = outHeight * filterHeight === info.inHeight && outWidth * filterWidth === info.inWidth;
  const isApart = strideHeight === filterHeight && strideWidth === filterWidth;
  return isCovered && isApart ? { height: filterHeight, width: filterWidth } : undefined;
}

const valuesAtOnce = 16_384;

function resample(
  engine: Engine,
  backend: WasmBackend,
  kernel: 'blockSum' | 'blockSpread',
  x: tf.TensorInfo,
  { height, width }: Blocks,
  scale: number,
): tf.TensorInfo {
  const [batch, rows, columns, channels] = x.shape as ImageShape;
  const isSum = kernel === 'blockSum';
  const coarse = isSum ? [rows / height, columns / width] : [rows, columns];
  const outRows = isSum ? rows / height : rows * height;
  const outColumns = isSum ? columns / width : columns * width;
  const output = backend.makeOutput([batch, outRows, outColumns, channels], 'float32');
  engine.run(kernel, {
    ints: [pointerTo(backend, x), pointerTo(backend, output), coarse[1]!, channels, height, width],
    floats: [scale],
    items: coarse[1]! * channels === 0 ? 0 : batch * coarse[0]!,
    grain: Math.max(1, Math.floor(valuesAtOnce / (coarse[1]! * channels * height * width + 1))),
  });
  return output;
}
