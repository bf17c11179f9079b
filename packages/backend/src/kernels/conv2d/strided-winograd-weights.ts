import { borrowMemory } from '../../engine/borrow-memory.ts';
import { isAskedAgain, packedWeights } from '../../engine/packed-weights.ts';
import type { tf } from '../../tf.ts';
import { pointerTo } from '../wasm-backend.ts';
import type { ConvolutionCall } from './algorithm.ts';
import { roundUp } from './winograd-plan.ts';

const points = 25;
const phases = 4;
const floatBytes = 4;
/** Behind each point: with a power of two between points, writing them would thrash the cache. */
const gapBytes = 64;

/**
 * Calls `use` with a filter [4, 4, channels, outChannels] as four 2×2 filters, transformed; with `isTurned`, for dx. A
 * filter that comes back is kept transformed.
 */
export function withStridedWeights(
  { backend, engine }: ConvolutionCall,
  filter: tf.TensorInfo,
  isTurned: boolean,
  use: (pointer: number) => void,
): void {
  const [, , channels, outChannels] = filter.shape as [number, number, number, number];
  const [inputs, outputs] = isTurned ? [outChannels, phases * channels] : [phases * channels, outChannels];
  const bytes = points * (inputs * roundUp(outputs, 8) * floatBytes + gapBytes);
  const pack = (pointer: number): void => {
    const ints = [pointerTo(backend, filter), pointer, channels, outChannels, Number(isTurned)];
    engine.run('stridedWinogradFilter', { ints, items: inputs / 4, grain: 2 });
  };
  const kind = `strided winograd ${isTurned} ${channels} ${outChannels}`;
  if (isAskedAgain(filter.dataId, kind)) {
    use(packedWeights({ backend, engine, dataId: filter.dataId, kind, bytes, pack }));
    return;
  }
  borrowMemory(engine, bytes, (pointer) => {
    pack(pointer);
    use(pointer);
  });
}
