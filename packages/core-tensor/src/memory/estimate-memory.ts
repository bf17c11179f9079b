import { asOutOfMemory, measurePeak, TintypeError, tf } from '@tintype/backend';
import type { RandomStream } from '../random/random-stream.ts';
import { runPhases } from '../training/run-phases.ts';
import { restoreSnapshot, takeSnapshot } from '../training/state-snapshot.ts';
import type { TrainState } from '../training/train-state.ts';
import type { Batch, BatchSource, TrainStep } from '../training/train-step.ts';

/** What a training will take, in bytes. Scratch memory of kernels and gaps in the heap are not counted. */
export interface MemoryEstimate {
  /** Parameters, optimiser slots, averages: parameters × (1 + slots + average). */
  readonly stateBytes: number;
  /** Gradients and whatever else a step needs for any batch. */
  readonly stepBytes: number;
  /** Activations and data of one sample of the batch. */
  readonly sampleBytes: number;
  readonly batchSize: number;
  /** All of it at this batch size. */
  readonly totalBytes: number;
  /** The same as `tf.memory().numBytes` will count it, where tensors that share a buffer count several times. */
  readonly tensorBytes: number;
}

export interface EstimateMemoryOptions {
  readonly rng: RandomStream;
  /** Steps completed, for the batch that is asked for. @default 0 */
  readonly step?: number;
}

/**
 * Runs every phase of a train step on about an eighth and a quarter of a batch, measures, and puts the state back bit for
 * bit. A straight line through both gives the rest: memory grows with the batch, in slices too.
 * Throws `E_OUT_OF_MEMORY` where not even that fits.
 */
export async function estimateMemory(
  trainStep: TrainStep,
  batches: BatchSource,
  { rng, step = 0 }: EstimateMemoryOptions,
): Promise<MemoryEstimate> {
  const batch = await batches.batch(step, trainStep.batchRequest?.(step));
  try {
    const snapshot = await takeSnapshot(trainStep.state);
    try {
      return await measure(trainStep, batch, rng.fork('memory'));
    } catch (error) {
      throw asOutOfMemory(error, 'estimateMemory') ?? error;
    } finally {
      restoreSnapshot(trainStep.state, snapshot);
    }
  } finally {
    tf.dispose(batch as tf.TensorContainer);
  }
}

/** The largest batch that stays below a limit in bytes; 0 where none does. */
export function largestBatchSize(
  { stateBytes, stepBytes, sampleBytes }: MemoryEstimate,
  limitBytes: number,
): number {
  return Math.max(0, Math.floor((limitBytes - stateBytes - stepBytes) / Math.max(1, sampleBytes)));
}

/** Throws `E_OUT_OF_MEMORY` with the numbers, and the largest batch that fits, where a training takes more than a limit. */
export function assertFitsMemory(estimate: MemoryEstimate, limitBytes: number): void {
  const { totalBytes, batchSize, stateBytes, sampleBytes } = estimate;
  if (totalBytes <= limitBytes) return;
  const largest = largestBatchSize(estimate, limitBytes);
  throw new TintypeError('E_OUT_OF_MEMORY', {
    where: 'trainLoop',
    what: `a batch of ${batchSize} needs about ${megabytes(totalBytes)}: ${megabytes(stateBytes)} for parameters, optimisers and averages, ${megabytes(sampleBytes)} for each sample`,
    got: megabytes(totalBytes),
    expected: `at most ${megabytes(limitBytes)}`,
    remedy:
      largest > 0
        ? `The largest batch that fits is ${largest}; accumulate or checkpointActivations make larger ones fit`
        : 'Not even one sample fits: take a smaller network or smaller images',
  });
}

async function measure(trainStep: TrainStep, batch: Batch, rng: RandomStream): Promise<MemoryEstimate> {
  const batchSize = Object.values(batch)[0]?.shape[0] ?? 1;
  // Whole slices: memory follows the largest of them.
  const { accumulate = 1 } = trainStep;
  const eighth = accumulate * Math.ceil(Math.max(2, batchSize / 8) / accumulate);
  const small = Math.max(1, Math.min(batchSize, eighth));
  const large = Math.min(batchSize, 2 * small);
  const peakOf = (count: number) => measurePeak(() => runOnce(trainStep, batch, count, rng));
  // The first update makes the slots of the optimisers; with them the state is complete.
  await peakOf(small);
  const stateBytes = bytesOf(trainStep.state);
  const atSmall = await peakOf(small);
  const atLarge = large === small ? atSmall : await peakOf(large);
  const line = (key: keyof typeof atSmall) => {
    const slope = large === small ? atSmall[key] / small : (atLarge[key] - atSmall[key]) / (large - small);
    return { slope, start: atSmall[key] - slope * small };
  };
  const buffers = line('bufferBytes');
  const tensors = line('tensorBytes');
  return {
    stateBytes,
    stepBytes: Math.round(buffers.start),
    sampleBytes: Math.round(buffers.slope),
    batchSize,
    totalBytes: Math.round(stateBytes + buffers.start + buffers.slope * batchSize),
    tensorBytes: Math.round(stateBytes + tensors.start + tensors.slope * batchSize),
  };
}

function runOnce({ phases }: TrainStep, batch: Batch, count: number, rng: RandomStream): void {
  const slices = Object.entries(batch).map(([name, tensor]) => [name, tf.slice(tensor, 0, count)] as const);
  const part = Object.fromEntries(slices);
  try {
    runPhases({ phases, batch: part, step: 0, rng }, (_, terms) => tf.dispose(terms));
  } finally {
    tf.dispose(part);
  }
}

function bytesOf(state: TrainState): number {
  return [...state.tensors().values()].reduce(
    (sum, { tensor }) => sum + tensor.size * tf.util.bytesPerElement(tensor.dtype as 'float32'),
    0,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 3 : 0)} MiB`;
}
