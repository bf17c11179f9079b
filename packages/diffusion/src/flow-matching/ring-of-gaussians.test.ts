import { createAdam, createRandomStream, type RandomStream, tf, trainLoop } from '@tintype/core-tensor';
import { describeGenerator, describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { Denoiser } from '../denoiser.ts';
import { createPointDenoiser } from './point-denoiser.test-support.ts';
import { sampleFlow } from './sample.ts';
import { createFlowTrainStep } from './train-step.ts';

// Points on a ring of eight Gaussians as 1×1 images of two channels, and a small net instead of the U-Net.
const radius = 2;
const modeDeviation = 0.15;
const rng = createRandomStream(11);

function drawRing(stream: RandomStream, count: number): tf.Tensor4D {
  return tf.tidy(() => {
    const angle = stream
      .fork('mode')
      .integers<tf.Rank.R1>([count], 0, 8)
      .toFloat()
      .mul(Math.PI / 4);
    const centres = tf.stack([angle.cos(), angle.sin()], 1).mul(radius);
    return centres.add(stream.fork('noise').normal([count, 2], 0, modeDeviation)).reshape([count, 1, 1, 2]);
  });
}

/** The modes that hold at least 2 % of 400 samples, and the share of samples near a mode. */
async function countModes(denoiser: Denoiser): Promise<{ modes: number; nearShare: number }> {
  const options = { shape: [1, 1, 2], count: 400, rng, numInferenceSteps: 20, clipDenoised: false } as const;
  const points = await sampleFlow(denoiser, options);
  const values = points.dataSync();
  points.dispose();
  const counts = new Array<number>(8).fill(0);
  for (let i = 0; i < 400; i++) {
    const [x, y] = [values[2 * i]!, values[2 * i + 1]!];
    const mode = (Math.round(Math.atan2(y, x) / (Math.PI / 4)) + 8) % 8;
    const angle = (mode * Math.PI) / 4;
    const distance = Math.hypot(x - radius * Math.cos(angle), y - radius * Math.sin(angle));
    if (distance < 3 * modeDeviation) counts[mode]!++;
  }
  return { modes: counts.filter((n) => n >= 8).length, nearShare: counts.reduce((a, b) => a + b) / 400 };
}

describeOnBackends(
  'flow matching on a ring of eight Gaussians',
  () => {
    test('a short training finds all eight modes; told the wrong time, the same net does not', async () => {
      const model = createPointDenoiser(rng.fork('init'), { width: 64 });
      const optimizer = createAdam(model.parameters, { learningRate: 1e-2 });
      const trainStep = createFlowTrainStep(model, { denoiser: optimizer });
      const batches = { batch: (step: number) => ({ images: drawRing(rng.fork('data').fork(step), 256) }) };
      for await (const _ of trainLoop(trainStep, batches, { steps: 400, rng, logEvery: 400 }));
      // Seeds 11 to 13: 0.49 to 0.56, against 0.14 to 0.21.
      const trained = await countModes(model);
      expect(trained.modes).toBe(8);
      expect(trained.nearShare).toBeGreaterThan(0.4);
      const reversed: Denoiser = { ...model, predict: (x, t) => model.predict(x, tf.sub(1000, t)) };
      const wrong = await countModes(reversed);
      expect(wrong.modes).toBeLessThan(8);
      expect(wrong.nearShare).toBeLessThan(0.3);
      trainStep.dispose();
      model.dispose();
    });
  },
  { backends: ['wasm'] },
);

for (const solver of ['euler', 'heun'] as const) {
  describeGenerator(`sampleFlow with ${solver}`, () => {
    const model = createPointDenoiser(createRandomStream(5), { width: 8 });
    const options = { shape: [1, 1, 2], rng: createRandomStream(2), numInferenceSteps: 3, solver } as const;
    return { generate: (request) => sampleFlow(model, { ...options, ...request }), dispose: model.dispose };
  });
}
