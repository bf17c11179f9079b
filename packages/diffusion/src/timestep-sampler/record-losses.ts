import { tf } from '@tintype/core-tensor';

/** The last losses of each timestep. */
export interface LossHistory {
  /** [T, length]; the places of a row are overwritten in turn. */
  readonly losses: tf.Variable<tf.Rank.R2>;
  /**
   * [T] losses seen of each timestep, held within length … 2 · length − 1 once a row is full: modulo `length` it is the
   * place that comes next, and it stays exact in float32 for ever.
   */
  readonly counts: tf.Variable<tf.Rank.R1>;
}

/**
 * Writes each loss into the history of its timestep, in the order of the batch; of more than `length` losses of one
 * timestep the last ones stay. t: int32 [b]; losses: [b].
 */
export function recordLosses(history: LossHistory, t: tf.Tensor1D, losses: tf.Tensor1D): void {
  const [timesteps, length] = history.losses.shape;
  const [batch] = t.shape;
  tf.tidy(() => {
    const isSame = tf.equal(t.reshape([batch, 1]), t.reshape([1, batch])).toFloat() as tf.Tensor2D;
    const earlier = isSame.mul(strictlyBelow(batch)).sum<tf.Tensor1D>(1); // of the same t in this batch
    const later = isSame.sum<tf.Tensor1D>(1).sub(earlier).sub(1);
    const isKept = later.less(length).toFloat() as tf.Tensor1D;
    const place = moduloOf(tf.gather(history.counts, t).add(earlier), length);
    const indices = tf.stack([t, place.toInt()], 1) as tf.Tensor2D;
    // Kept losses have places of their own, so that sums over equal indices hold one loss each.
    const shape = [timesteps, length];
    const written = tf.scatterND(indices, isKept, shape);
    const values = tf.scatterND(indices, losses.mul(isKept), shape);
    history.losses.assign(tf.where(written.greater(0), values, history.losses) as tf.Tensor2D);
    const seen = tf.add(
      history.counts,
      tf.scatterND(t.reshape([batch, 1]), tf.onesLike(losses), [timesteps]),
    );
    const wrapped = moduloOf(seen, length).add(length);
    history.counts.assign(tf.where(seen.less(length), seen, wrapped) as tf.Tensor1D);
  });
}

/** 1 where the column lies before the row, [size, size]. */
function strictlyBelow(size: number): tf.Tensor2D {
  const flags = Float32Array.from({ length: size * size }, (_, i) =>
    i % size < Math.floor(i / size) ? 1 : 0,
  );
  return tf.tensor2d(flags, [size, size]);
}

/** Of whole numbers that float32 holds exactly; the half keeps an inexact division on its side of the whole number. */
function moduloOf(value: tf.Tensor, divisor: number): tf.Tensor {
  const quotient = value.add(0.5).div(divisor).floor();
  return value.sub(quotient.mul(divisor));
}
