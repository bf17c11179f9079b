import { tf } from '@tintype/core-tensor';
import { assertTimestep, type NoiseSchedule } from './noise-schedule.ts';

/** Timesteps of a batch: one number for all samples, or int32 [batch]. */
export type Timesteps = number | tf.Tensor1D;

/**
 * The values of a float64 table [T] at t, as a float32 factor that broadcasts over a batch of `rank` axes:
 * a number where t is one, else [batch, 1, …]. Reads nothing back from the device.
 * Throws `E_CONFIG` where t is a number outside the schedule.
 */
export function lookupTimesteps(
  schedule: NoiseSchedule,
  table: (t: number) => number,
  t: Timesteps,
  rank: number,
): tf.Tensor {
  if (typeof t === 'number') {
    assertTimestep(schedule, t, 'lookupTimesteps: t');
    return tf.scalar(table(t));
  }
  return tf.tidy(() => {
    const values = tf.tensor1d(Float32Array.from({ length: schedule.timesteps }, (_, i) => table(i)));
    const rows = tf.gather(values, t.dtype === 'int32' ? t : t.toInt());
    return rows.reshape([-1, ...new Array<number>(rank - 1).fill(1)]);
  });
}
