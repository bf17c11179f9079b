import { type BackendName, tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensor } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { PredictionType } from '../denoiser.ts';
import { createNoiseSchedule, noiseOf, predictedParts, sectionedTimesteps } from '../noise-schedule/index.ts';
import { type DdimInversionStep, ddimInversionSteps, stepDdimInversion } from './step.ts';

const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
const customTimesteps = sectionedTimesteps(1000, '4'); // 999, 666, 333, 0
const types = ['epsilon', 'v'] as const;

/** The recorded `ddim_reverse_sample` of guided-diffusion, on each backend. */
export function describeInversionReference(backends?: readonly BackendName[]): void {
  describeOnBackends(
    'the inversion of guided-diffusion',
    () => {
      test.each(types)('from each timestep to the next, by what %s says', (type) => replay(type, 0));

      test.each(types)('to the timestep after that it does not agree, by what %s says', (type) =>
        expect(replay(type, 1)).rejects.toThrow(/toBeAllClose/),
      );
    },
    backends ? { backends } : {},
  );
}

async function replay(type: PredictionType, skipped: number): Promise<void> {
  const recorded = await loadReference('guided/classifier_guidance.safetensors');
  const at = (name: string, row: number) => rowOf(recorded.get(`g0.single.${name}`)!, row);
  const from = [...recorded.get('g0.single.ddim_reverse.t')!.data];
  const askedAt = [...recorded.get('g0.single.t')!.data];
  expect(from).toEqual([0, 1, 2, 2, 2]);
  const steps = ddimInversionSteps(schedule, { customTimesteps });
  for (const [row, k] of from.entries()) {
    const xt = at('x', row);
    const alpha = schedule.alphasCumprod[steps[k]!.t]!;
    // The stand-in that recorded it, asked where the step comes from; x̂_0 clipped, and ε that of the clipped one.
    const answer = xt.mul(0.1).add(Math.sin(steps[k]!.t)) as tf.Tensor4D;
    const xStart = predictedParts(answer, 'epsilon', xt, alpha).xStart.clipByValue(-1, 1) as tf.Tensor4D;
    if (askedAt[row] === k) await expect(xStart).toBeAllClose(at('pred_xstart', row), { atol: 1e-5 });
    const epsilon = noiseOf(xStart, xt, alpha);
    const step: DdimInversionStep = { ...steps[Math.min(k + 1 + skipped, 3)]!, alphaCumprodFrom: alpha };
    const prediction = { prediction: predictionOf(type, xStart, epsilon, step) };
    const { xPrevious } = stepDdimInversion({ step, xt, prediction, predictionType: type });
    const expected = at('ddim_reverse.sample', row);
    await expect(xPrevious, `row ${row}`).toBeAllClose(expected, { rtol: 2e-5, atol: 1e-5 });
  }
}

/** ε, or the v at the level that the step leads to. */
function predictionOf(
  type: PredictionType,
  xStart: tf.Tensor4D,
  epsilon: tf.Tensor4D,
  { alphaCumprod }: DdimInversionStep,
): tf.Tensor4D {
  if (type === 'epsilon') return epsilon;
  return epsilon.mul(Math.sqrt(alphaCumprod)).sub(xStart.mul(Math.sqrt(1 - alphaCumprod))) as tf.Tensor4D;
}

// Elementwise: the layout does not matter, so NCHW stays as it is.
function rowOf({ data, shape }: ReferenceTensor, row: number): tf.Tensor4D {
  const [, c, h, w] = shape as [number, number, number, number];
  const size = c * h * w;
  return tf.tensor<tf.Rank.R4>(data.slice(row * size, (row + 1) * size), [1, c, h, w], 'float32');
}
