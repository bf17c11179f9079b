import {
  createAdam,
  createLinear,
  createParameters,
  createRandomStream,
  createSinusoidalTimeEmbedding,
  type ParameterTree,
  type RandomStream,
  silu,
  tf,
  trainLoop,
} from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { sampleDdim } from '../ddim/sample.ts';
import type { Denoiser } from '../denoiser.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createDdpmTrainStep } from './train-step.ts';

// Points on a ring of eight Gaussians as 1×1 images of two channels, and a small net instead of the U-Net.
const radius = 2;
const modeDeviation = 0.15;
const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 100 });

function drawRing(rng: RandomStream, count: number): tf.Tensor4D {
  return tf.tidy(() => {
    const angle = rng
      .fork('mode')
      .integers<tf.Rank.R1>([count], 0, 8)
      .toFloat()
      .mul(Math.PI / 4);
    const centres = tf.stack([angle.cos(), angle.sin()], 1).mul(radius);
    return centres.add(rng.fork('noise').normal([count, 2], 0, modeDeviation)).reshape([count, 1, 1, 2]);
  });
}

function createPointDenoiser(rng: RandomStream): Denoiser & { parameters: ParameterTree; dispose(): void } {
  const { scope, parameters, dispose } = createParameters(rng);
  const embed = createSinusoidalTimeEmbedding({ size: 16 });
  const widths = [2 + 16, 96, 96, 2];
  const layers = widths
    .slice(1)
    .map((outFeatures, i) =>
      createLinear(scope.child(`layers.${i}`), { inFeatures: widths[i]!, outFeatures }),
    );
  return {
    predictionType: 'epsilon',
    varianceType: 'fixed',
    parameters,
    dispose,
    predict: (xt, t) => {
      const input = tf.concat([xt.reshape([-1, 2]), embed(t)], 1) as tf.Tensor;
      const output = layers.reduce((h, layer, i) => layer(i === 0 ? h : silu(h)), input);
      return { prediction: output.reshape([-1, 1, 1, 2]) as tf.Tensor4D };
    },
  };
}

/** Trains and counts the modes that hold at least 2 % of 400 samples, and the share of samples near a mode. */
async function trainAndCount(steps: number): Promise<{ modes: number; nearShare: number }> {
  const rng = createRandomStream(11);
  const model = createPointDenoiser(rng.fork('init'));
  const denoiser = createAdam(model.parameters, { learningRate: 3e-3 });
  const trainStep = createDdpmTrainStep(model, { denoiser }, { schedule });
  const batches = { batch: (step: number) => ({ images: drawRing(rng.fork('data').fork(step), 256) }) };
  for await (const _ of trainLoop(trainStep, batches, { steps, rng, logEvery: steps }));
  const options = { shape: [1, 1, 2], count: 400, rng, numInferenceSteps: 25, clipRange: 2.5 } as const;
  const points = await sampleDdim(model, schedule, options);
  const values = points.dataSync();
  const counts = new Array<number>(8).fill(0);
  for (let i = 0; i < 400; i++) {
    const [x, y] = [values[2 * i]!, values[2 * i + 1]!];
    const mode = (Math.round(Math.atan2(y, x) / (Math.PI / 4)) + 8) % 8;
    const distance = Math.hypot(
      x - radius * Math.cos((mode * Math.PI) / 4),
      y - radius * Math.sin((mode * Math.PI) / 4),
    );
    if (distance < 3 * modeDeviation) counts[mode]!++;
  }
  points.dispose();
  trainStep.dispose();
  model.dispose();
  return { modes: counts.filter((n) => n >= 8).length, nearShare: counts.reduce((a, b) => a + b) / 400 };
}

describeOnBackends(
  'DDPM on a ring of eight Gaussians',
  () => {
    test('a short training finds all eight modes; fifty steps do not', async () => {
      const trained = await trainAndCount(1200);
      expect(trained.modes).toBe(8);
      expect(trained.nearShare).toBeGreaterThan(0.5);
      const short = await trainAndCount(50);
      expect(short.nearShare).toBeLessThan(0.3);
    });
  },
  { backends: ['wasm'] },
);
