import { createRandomStream, tf } from '@tintype/core-tensor';
import { createNoiseSchedule, type Denoiser, inferenceTimesteps, sampleDdim } from '@tintype/diffusion';

const data = { mean: 0.3, deviation: 0.5 };
const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
const spacing = { numInferenceSteps: 30, timestepSpacing: 'linspace' } as const;

/**
 * DDIM with the exact noise of Gaussian data, in steps that do not divide the timesteps: the largest distance to the same
 * recursion in float64, which goes from each timestep of the list to the next one.
 */
export async function distanceToExactRecursion(previousTimestep: 'list' | 'fixed-stride'): Promise<number> {
  const shape = [4, 4, 1] as const;
  const start = createRandomStream(1).normal<tf.Rank.R4>([8, ...shape]);
  const given = { ...spacing, shape, count: 8, rng: createRandomStream(1), initialNoise: start };
  const options = { ...given, clipDenoised: false, previousTimestep };
  const made = await sampleDdim(gaussianDenoiser, schedule, options);
  const [from, to] = [await start.data(), await made.data()];
  tf.dispose([start, made]);
  return Math.max(...Array.from(to, (value, i) => Math.abs(value - recursion(from[i]!))));
}

function recursion(xT: number): number {
  const timesteps = inferenceTimesteps(schedule.timesteps, spacing);
  return timesteps.reduce((x, t, k) => {
    const alpha = schedule.alphasCumprod[t]!;
    const next = timesteps[k + 1];
    const previous = next === undefined ? 1 : schedule.alphasCumprod[next]!;
    const xStart = bestGuess(alpha).gain * x + bestGuess(alpha).offset;
    const epsilon = (x - Math.sqrt(alpha) * xStart) / Math.sqrt(1 - alpha);
    return Math.sqrt(previous) * xStart + Math.sqrt(1 - previous) * epsilon;
  }, xT);
}

/** E[x_0 | x_t] = gain · x_t + offset. */
function bestGuess(alpha: number): { gain: number; offset: number } {
  const gain = (Math.sqrt(alpha) * data.deviation ** 2) / (alpha * data.deviation ** 2 + 1 - alpha);
  return { gain, offset: data.mean - gain * Math.sqrt(alpha) * data.mean };
}

const gaussianDenoiser: Denoiser = {
  predictionType: 'sample',
  varianceType: 'fixed',
  predict(xt, _t, { step } = {}) {
    const { gain, offset } = bestGuess(step!.alphaCumprod);
    return { prediction: xt.mul(gain).add(offset) as tf.Tensor4D };
  },
};
