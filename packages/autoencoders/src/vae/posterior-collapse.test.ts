import {
  createAdam,
  createPosteriorCollapseMonitor,
  createRandomStream,
  type RandomStream,
  tf,
  trainLoop,
} from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { defaultVaeConfig, type VaeConfig } from './config.ts';
import { createVaeTrainStep } from './train-step.ts';
import { createVae } from './vae.ts';
import { countActiveUnits, measureVaeBound } from './vae-bound.ts';

/** Images 4×4 whose left and right halves are each dark or bright: two bits. */
function drawHalves(count: number, rng: RandomStream): tf.Tensor4D {
  return tf.tidy(() => {
    const bits = rng.integers<tf.Rank.R2>([count, 2], 0, 2).toFloat().mul(1.8).sub(0.9);
    const columns = tf.stack([bits, bits], 2).reshape([count, 1, 4, 1]);
    return columns.tile<tf.Tensor4D>([1, 4, 1, 1]);
  });
}

/** A VAE after its training: how many latent numbers are active, and whether the monitor fired. */
async function trainOnHalves(changes: Partial<VaeConfig>, steps = 100) {
  const rng = createRandomStream(1);
  const config = { ...defaultVaeConfig, imageSize: 4, hiddenUnits: [16], latentDim: 4, ...changes };
  const model = createVae(config, rng.fork('init'));
  const optimizer = createAdam(model.parameters, { learningRate: 1e-2 });
  const trainStep = createVaeTrainStep(model, { optimizer });
  const monitor = createPosteriorCollapseMonitor({
    images: (count, { rng: from }) => drawHalves(count, from),
    encode: (images) => model.encode(images as tf.Tensor4D),
    interval: 25,
    fromStep: 50,
  });
  const batches = { batch: (step: number) => ({ images: drawHalves(32, rng.fork('data').fork(step)) }) };
  const options = { steps, rng, monitors: [monitor] };
  let hasFired = false;
  for await (const event of trainLoop(trainStep, batches, options)) {
    hasFired ||= event.type === 'verdict';
  }
  async function* some() {
    yield drawHalves(64, createRandomStream(5));
  }
  const bound = await measureVaeBound(model, some(), createRandomStream(6));
  trainStep.dispose();
  model.dispose();
  return { hasFired, active: countActiveUnits(bound), kl: bound.kl };
}

describeOnBackends(
  'posterior collapse',
  () => {
    test('β = 20 leaves no active unit and the monitor fires', async () => {
      const { active, kl, hasFired } = await trainOnHalves({ klWeight: 20 });
      expect({ active, hasFired }).toEqual({ active: 0, hasFired: true });
      expect(kl).toBeLessThan(0.01);
    });

    test('free bits keep the units of the same net', async () => {
      const { active, kl, hasFired } = await trainOnHalves({ klWeight: 20, freeBits: 0.5 });
      expect({ active, hasFired }).toEqual({ active: 4, hasFired: false });
      expect(kl).toBeGreaterThan(1); // two bits are 1.39 nats
    });

    test('so does a warm-up, as long as it lasts', async () => {
      const { active, hasFired } = await trainOnHalves({ klWeight: 20, klWarmUpSteps: 2000 });
      expect(active).toBeGreaterThanOrEqual(2);
      expect(hasFired).toBe(false);
    });
  },
  { backends: ['wasm'] },
);
