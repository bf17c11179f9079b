import { borrowMemory } from '../../engine/borrow-memory.ts';
import type { Normalization } from './normalization.ts';

/** Pointers of what the backward pass reads and writes. */
export interface Gradients {
  readonly dy: number;
  readonly dx: number;
  readonly dweight: number;
  readonly dbias: number;
}

const blockRows = 64;
/** A sample of at most so many values is worked on in one go, from cache. */
const mostFloatsInOneGo = 2 ** 17;
const floatsOfPart = 2 ** 15;
const bytesOfFloat64 = 8;
const bytesOfFloat32 = 4;
/** Fewer values than this are not worth waking another thread. */
const fewestFloatsToShare = 2 ** 13;

/** Group, instance and batch norm. */
export function forwardByChannels(call: Normalization, y: number): void {
  const { engine, x, statistics, weight, bias, positions, channels, groups, samples, epsilon } = call;
  const { parts, rows, sumBytes } = divide(call);
  borrowMemory(engine, parts > 1 ? sumBytes : 0, (sums) => {
    const shape = [positions, channels, groups, parts, rows, Number(call.isActivated)];
    const job = { ints: [x, y, statistics, weight, bias, sums, ...shape], floats: [epsilon] };
    const run = (kernel: string, items: number) =>
      engine.run(kernel, { ...job, items, grain: grainOf(call, items) });
    if (parts === 1) {
      run('normalizeSamples', samples);
    } else {
      run('normalizeMoments', samples * parts);
      run('normalizeStatistics', samples);
      run('normalizeApply', samples * parts);
    }
  });
}

export function backwardByChannels(call: Normalization, { dy, dx, dweight, dbias }: Gradients): void {
  const { engine, x, statistics, weight, bias, positions, channels, groups, samples } = call;
  const { parts, rows, sumBytes, width } = divide(call);
  borrowMemory(engine, sumBytes + samples * 3 * width * bytesOfFloat32, (sums) => {
    const shape = [positions, channels, groups, parts, rows, samples, Number(call.isActivated)];
    const pointers = [x, dy, dx, statistics, weight, bias, sums, sums + sumBytes];
    const job = { ints: [...pointers, ...shape, dweight, dbias] };
    const run = (kernel: string, items: number) =>
      engine.run(kernel, { ...job, items, grain: grainOf(call, items) });
    if (parts === 1) {
      run('normalizeGradSamples', samples);
    } else {
      run('normalizeGradSums', samples * parts);
      run('normalizeGradCoefficients', samples);
      run('normalizeGradApply', samples * parts);
    }
    if (weight !== 0) engine.run('normalizeGradWeights', { ...job, items: channels });
  });
}

/** How samples are cut into parts: by the shape of a sample alone, so that its sums do not depend on anything else. */
function divide({ samples, positions, channels }: Normalization) {
  const isOne = positions * channels <= mostFloatsInOneGo;
  const blocks = Math.max(1, Math.round(floatsOfPart / channels / blockRows));
  const rows = isOne ? positions : blocks * blockRows;
  const parts = isOne ? 1 : Math.ceil(positions / rows);
  const width = Math.ceil(channels / 4) * 4;
  return { parts, rows, width, sumBytes: samples * parts * 2 * width * bytesOfFloat64 };
}

function grainOf({ samples, positions, channels }: Normalization, items: number): number {
  return samples * positions * channels < fewestFloatsToShare
    ? items
    : Math.max(1, Math.ceil((fewestFloatsToShare * items) / (samples * positions * channels)));
}
