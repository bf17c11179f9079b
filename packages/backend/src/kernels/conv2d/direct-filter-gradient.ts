import { borrowMemory } from '../../engine/borrow-memory.ts';
import type { Engine } from '../../engine/engine.ts';
import type { tf } from '../../tf.ts';
import { pointerTo } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import { isDense, transposeOf } from './direct-forward.ts';
import type { ConvGeometry } from './geometry.ts';
import { geometryWords, operationsPerGrain, roundUp } from './window-job.ts';

const floatBytes = 4;
/** Parts among which the positions are divided. A constant: the sums must not depend on the number of threads. */
const mostItems = 16;
const mostPartFloats = 2 ** 22;
const rowsPerChunk = 96;
/** Floats of a chunk, of windows and of dy, for which a thread's scratch memory has room. */
const chunkFloats = 2 ** 16;
const sumBlockFloats = 1024;

/** dw of conv(x, filter): the sum over all positions of window · dy. */
export function directFilterGradient(
  { backend, engine, geometry }: ConvolutionCall,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
): tf.TensorInfo {
  const { kernelHeight, kernelWidth, channels, outChannels } = geometry;
  const dw = backend.makeOutput([kernelHeight, kernelWidth, channels, outChannels], 'float32');
  const isTurned = isDense(geometry) && costOf(transposeOf(geometry)) < 0.8 * costOf(geometry);
  const summed = isTurned ? transposeOf(geometry) : geometry;
  const plan = planOf(summed);
  const size = kernelHeight * kernelWidth * channels * outChannels;
  const [input, factor] = isTurned ? [dy, x] : [x, dy];
  const output = pointerTo(backend, dw);
  const sumInto = (parts: number) =>
    sumProducts(engine, summed, plan, [pointerTo(backend, input), pointerTo(backend, factor), parts]);
  if (plan.parts === 1 && !isTurned) {
    sumInto(output);
    return dw;
  }
  borrowMemory(engine, plan.parts * size * floatBytes, (parts) => {
    sumInto(parts);
    if (isTurned) {
      const taps = kernelHeight * kernelWidth;
      engine.run('sumTurnedParts', {
        ints: [parts, output, plan.parts, taps, channels, outChannels],
        items: taps,
      });
    } else {
      engine.run('sumParts', {
        ints: [parts, output, plan.parts, size],
        items: Math.ceil(size / sumBlockFloats),
        grain: Math.ceil(64 / plan.parts),
      });
    }
  });
  return dw;
}

/** Rows and columns that the micro-kernel computes, for each position. */
function costOf({
  outHeight,
  outWidth,
  kernelHeight,
  kernelWidth,
  channels,
  outChannels,
}: ConvGeometry): number {
  return outHeight * outWidth * roundUp(kernelHeight * kernelWidth * channels, 6) * roundUp(outChannels, 8);
}

interface Plan {
  readonly parts: number;
  readonly rows: number;
  /** Rows of the result in one item: whole runs, or part of one. */
  readonly runsPerBlock: number;
  readonly floatsPerBlock: number;
  readonly blocks: number;
}

/** How the work is divided; depends on sizes only. */
function planOf(geometry: ConvGeometry): Plan {
  const { batch, outHeight, outWidth, kernelHeight, kernelWidth, channels, outChannels } = geometry;
  const run = kernelWidth * channels;
  const rows = Math.max(12, Math.min(rowsPerChunk, Math.floor((2 * chunkFloats) / roundUp(outChannels, 8))));
  const blockFloats = Math.floor(chunkFloats / rows);
  const runsPerBlock = Math.max(1, Math.min(kernelHeight, Math.floor(blockFloats / run)));
  const floatsPerBlock = run <= blockFloats ? run : roundUp(run / Math.ceil(run / blockFloats), 6);
  const blocks = Math.ceil(kernelHeight / runsPerBlock) * Math.ceil(run / floatsPerBlock);
  const chunks = Math.ceil((batch * outHeight * outWidth) / rows);
  const mostParts = Math.min(
    Math.ceil(mostItems / blocks),
    Math.floor(mostPartFloats / (kernelHeight * run * outChannels)),
  );
  return { parts: Math.max(1, Math.min(chunks, mostParts)), rows, runsPerBlock, floatsPerBlock, blocks };
}

function sumProducts(
  engine: Engine,
  geometry: ConvGeometry,
  plan: Plan,
  pointers: [number, number, number],
): void {
  const { batch, outHeight, outWidth, kernelHeight, kernelWidth, channels, outChannels } = geometry;
  const { parts, rows, runsPerBlock, floatsPerBlock, blocks } = plan;
  const operations = 2 * batch * outHeight * outWidth * kernelHeight * kernelWidth * channels * outChannels;
  const items = parts * blocks;
  engine.run('sumWindowProducts', {
    ints: [...pointers, 0, ...geometryWords(geometry), parts, rows, runsPerBlock, floatsPerBlock],
    items,
    grain: Math.ceil((operationsPerGrain * items) / operations),
  });
}
