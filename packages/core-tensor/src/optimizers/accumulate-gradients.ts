import { TintypeError, tf } from '@tintype/backend';
import type { RowRange } from '../random/rows-of-stream.ts';
import type { ComputedGradients, Losses } from './compute-gradients.ts';

/** Tensors of one batch: the first axis of each counts its samples. */
export type BatchTensors = Readonly<Record<string, tf.Tensor>>;

/**
 * Gradients and losses of a batch, computed in `accumulate` slices one after the other, so that the activations of one
 * slice live at a time. Both are averaged with the sizes of the slices as weights, which for losses that are means over
 * independent samples gives the numbers of the whole batch up to rounding. Batch norm is no such loss: each slice is
 * normalised by its own statistics and moves the running ones.
 *
 * `compute` borrows the slice's tensors and gives its result. With 1 it gets the whole batch as it is; a batch of fewer
 * samples than slices is cut into single ones. Take random numbers from `rowsOfStream`, so that they do not depend on
 * the cut. Throws `E_CONFIG` for an impossible count, `E_SHAPE` where the tensors do not hold equally many samples.
 */
export function accumulateGradients<Batch extends BatchTensors, L extends Losses>(
  batch: Batch,
  accumulate: number,
  compute: (slice: Batch, rows: RowRange) => ComputedGradients<L>,
): ComputedGradients<L> {
  assertAccumulate('accumulateGradients', accumulate);
  const total = batchSizeOf(batch);
  const slices = cutRows(total, accumulate);
  if (slices.length === 1) return compute(batch, slices[0]!);
  return tf.tidy(() => {
    const sums = { losses: new Map<string, tf.Tensor>(), gradients: new Map<string, tf.Tensor>() };
    for (const rows of slices) {
      const { losses, gradients } = tf.tidy(() => ({ ...compute(rowsOf(batch, rows), rows) }));
      const weight = rows.count / total;
      addTo(sums.losses, losses, weight);
      addTo(sums.gradients, gradients, weight);
    }
    return {
      losses: Object.fromEntries(sums.losses) as L,
      gradients: Object.fromEntries(sums.gradients),
    };
  });
}

/** Throws `E_CONFIG` unless a batch can be cut into so many slices. */
export function assertAccumulate(where: string, accumulate: number): void {
  if (Number.isSafeInteger(accumulate) && accumulate >= 1) return;
  throw new TintypeError('E_CONFIG', {
    where: `${where}: accumulate`,
    what: 'a batch is cut into a whole number of slices',
    got: accumulate,
    expected: 'at least 1',
  });
}

/** Slices of sizes that differ by one at most, larger ones first; none is empty. */
function cutRows(total: number, accumulate: number): RowRange[] {
  const slices = Math.max(1, Math.min(accumulate, total));
  const ranges: RowRange[] = [];
  let first = 0;
  for (let slice = 0; slice < slices; slice++) {
    const count = Math.floor(total / slices) + (slice < total % slices ? 1 : 0);
    ranges.push({ first, count, total });
    first += count;
  }
  return ranges;
}

function rowsOf<Batch extends BatchTensors>(batch: Batch, { first, count }: RowRange): Batch {
  const slices = Object.entries(batch).map(
    ([name, tensor]) => [name, tf.slice(tensor, first, count)] as const,
  );
  return Object.fromEntries(slices) as unknown as Batch;
}

/** sum += weight · value by name; takes the values. */
function addTo(
  sums: Map<string, tf.Tensor>,
  values: Readonly<Record<string, tf.Tensor>>,
  weight: number,
): void {
  for (const [name, value] of Object.entries(values)) {
    const sum = sums.get(name);
    sums.set(
      name,
      tf.tidy(() => (sum ? tf.add(sum, tf.mul(value, weight)) : tf.mul(value, weight))),
    );
    tf.dispose(sum ? [sum, value] : value);
  }
}

function batchSizeOf(batch: BatchTensors): number {
  const sizes = Object.entries(batch).map(([name, { shape }]) => [name, shape[0]] as const);
  const [, total] = sizes[0] ?? [];
  const odd = sizes.find(([, size]) => size === undefined || size !== total);
  if (total !== undefined && odd === undefined) return total;
  throw new TintypeError('E_SHAPE', {
    where: `accumulateGradients: ${odd?.[0] ?? 'batch'}`,
    what: 'every tensor of a batch must hold the same number of samples',
    got: odd?.[1] ?? 'no tensor',
    expected: total ?? 'at least one tensor',
  });
}
