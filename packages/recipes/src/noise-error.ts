import { type RandomStream, tf } from '@tintype/core-tensor';
import { addNoise, type Denoiser, type NoiseSchedule, predictedPartsAt } from '@tintype/diffusion';

export interface NoiseErrorOptions {
  readonly schedule: NoiseSchedule;
  readonly rng: RandomStream;
  /** What the denoiser is told of image i, where it is told anything. */
  readonly labels?: ArrayLike<number>;
}

export interface NoiseError {
  /** Mean squared error of the noise, a value: 1 is a net that says nothing of it. */
  readonly mean: number;
  /** The same over each tenth of the timesteps, from the least noise to the most. */
  readonly byTenth: readonly number[];
}

/**
 * How well a network tells the noise from images [b, h, w, c] in [-1, 1] that it was not trained on, whatever it predicts:
 * image i of n is noised once to each tenth of the timesteps, and its answer is read as ε. Frees each batch.
 */
export async function measureNoiseError(
  denoiser: Denoiser,
  batches: AsyncIterable<tf.Tensor4D>,
  { schedule, rng, labels }: NoiseErrorOptions,
): Promise<NoiseError> {
  const sums = new Float64Array(10);
  let count = 0;
  for await (const xStart of batches) {
    const size = xStart.shape[0];
    const losses = tf.tidy(() =>
      tf.stack(
        Array.from({ length: 10 }, (_, tenth) =>
          tf.tidy(() => {
            const stream = rng.fork(count).fork(tenth);
            const [low, high] = [tenth, tenth + 1].map((i) => Math.floor((i * schedule.timesteps) / 10));
            const t = stream.fork('timesteps').integers<tf.Rank.R1>([size], low!, Math.max(low! + 1, high!));
            const noise = stream.fork('noise').normal<tf.Rank.R4>(xStart.shape);
            const told = labels && Int32Array.from({ length: size }, (_, i) => labels[count + i]!);
            const condition = told && { labels: tf.tensor1d(told, 'int32') };
            const xt = addNoise(schedule, xStart, noise, t);
            const { prediction } = denoiser.predict(xt, t.toFloat(), { ...(condition && { condition }) });
            const { predictionType } = denoiser;
            const { epsilon } = predictedPartsAt(schedule, prediction, predictionType, xt, t);
            return tf.squaredDifference(epsilon, noise).mean();
          }),
        ),
      ),
    );
    const values = await losses.data();
    tf.dispose([xStart, losses]);
    for (let tenth = 0; tenth < 10; tenth++) sums[tenth]! += values[tenth]! * size;
    count += size;
  }
  const byTenth = [...sums].map((sum) => sum / count);
  return { mean: byTenth.reduce((a, b) => a + b, 0) / 10, byTenth };
}
