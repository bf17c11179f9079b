import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { Denoiser } from '../denoiser.ts';
import { flowPlan, sampleFlow } from './sample.ts';
import { flowSteps } from './step.ts';

const data = { mean: 0.4, deviation: 0.6 };

/** The exact velocity E[ε − x_0 | x_σ] of data N(mean, deviation²) is slope · x + offset. */
function gaussianVelocity(sigma: number): { slope: number; offset: number } {
  const signal = 1 - sigma;
  const slope = (sigma - signal * data.deviation ** 2) / (signal ** 2 * data.deviation ** 2 + sigma ** 2);
  return { slope, offset: -data.mean - slope * signal * data.mean };
}

const gaussianFlow = (shownSigma: (sigma: number) => number = (sigma) => sigma): Denoiser => ({
  predictionType: 'flow',
  varianceType: 'fixed',
  predict: (x, t) => ({
    prediction: tf.tidy(() => {
      const { slope, offset } = gaussianVelocity(shownSigma(t.dataSync()[0]! / 1000));
      return x.mul(slope).add(offset) as tf.Tensor4D;
    }),
  }),
});

/** Mean and deviation of the samples: x_0 is a linear function of the noise, which 0 and 1 tell. */
async function sampledMoments(options: Parameters<typeof flowPlan>[0], denoiser = gaussianFlow()) {
  const initialNoise = tf.tensor4d([0, 1], [2, 1, 1, 1]);
  const rng = createRandomStream(1);
  const shape = [1, 1, 1] as const;
  const x = await sampleFlow(denoiser, {
    shape,
    count: 2,
    rng,
    initialNoise,
    clipDenoised: false,
    ...options,
  });
  const [mean, atOne] = x.dataSync();
  return { mean: mean!, deviation: atOne! - mean! };
}

async function errorOf(options: Parameters<typeof flowPlan>[0], denoiser?: Denoiser): Promise<number> {
  const { mean, deviation } = await sampledMoments(options, denoiser);
  return Math.hypot(mean - data.mean, deviation - data.deviation);
}

async function ordersOf(options: Parameters<typeof flowPlan>[0], counts: readonly number[]) {
  const errors = await Promise.all(
    counts.map((numInferenceSteps) => errorOf({ ...options, numInferenceSteps })),
  );
  return errors.slice(1).map((error, i) => Math.log2(errors[i]! / error));
}

describeOnBackends(
  'the flow of Gaussian data',
  () => {
    test('Euler is of first order, shifted or not', async () => {
      for (const shift of [1, 3]) {
        for (const order of await ordersOf({ shift }, [10, 20, 40])) {
          expect(order).toBeGreaterThan(0.8);
          expect(order).toBeLessThan(1.2);
        }
      }
      expect(await errorOf({ numInferenceSteps: 100 })).toBeLessThan(0.01);
    });

    test('Heun is of second order', async () => {
      for (const order of await ordersOf({ solver: 'heun' }, [5, 10, 20])) expect(order).toBeGreaterThan(1.7);
      expect(await errorOf({ solver: 'heun', numInferenceSteps: 20 })).toBeLessThan(0.003);
    });

    test('a net that is told the wrong time misses the data', async () => {
      const late = gaussianFlow((sigma) => Math.min(1, sigma * 1.1));
      expect(await errorOf({ numInferenceSteps: 100 }, late)).toBeGreaterThan(0.03);
    });
  },
  { backends: ['cpu'] },
);

describeOnBackends('the flow of a mixture', () => {
  // Modes at −1.5 and 1 with deviation 0.2, of which the first has three quarters.
  const modes = [
    { mean: -1.5, share: 0.75 },
    { mean: 1, share: 0.25 },
  ];
  const deviation = 0.2;
  const mixtureFlow: Denoiser = {
    predictionType: 'flow',
    varianceType: 'fixed',
    predict: (x, t) => {
      const sigma = t.dataSync()[0]! / 1000;
      const signal = 1 - sigma;
      const variance = signal ** 2 * deviation ** 2 + sigma ** 2;
      const velocities = [...x.dataSync()].map((value) => {
        const terms = modes.map(({ mean, share }) => {
          const distance = value - signal * mean;
          const weight = share * Math.exp(-(distance ** 2) / (2 * variance));
          return { weight, velocity: ((sigma - signal * deviation ** 2) / variance) * distance - mean };
        });
        const total = terms.reduce((sum, { weight }) => sum + weight, 0);
        return terms.reduce((sum, { weight, velocity }) => sum + (weight / total) * velocity, 0);
      });
      return { prediction: tf.tensor4d(velocities, x.shape) };
    },
  };

  test('its weights are met within 2 %, and its modes', async () => {
    const options = { shape: [1, 1, 1], count: 4000, rng: createRandomStream(4), clipRange: 3 } as const;
    const x = await sampleFlow(mixtureFlow, { ...options, numInferenceSteps: 30, solver: 'heun' });
    const values = [...x.dataSync()];
    const left = values.filter((value) => value < -0.25);
    // Three standard errors of the draw are 2.05 %.
    expect(Math.abs(left.length / values.length - 0.75)).toBeLessThan(0.02);
    const mean = left.reduce((sum, value) => sum + value, 0) / left.length;
    expect(Math.abs(mean - -1.5)).toBeLessThan(0.02);
    expect(Math.sqrt(left.reduce((sum, value) => sum + (value - mean) ** 2, 0) / left.length)).toBeCloseTo(
      deviation,
      1,
    );
  });
});

describeOnBackends(
  'the steps of a flow',
  () => {
    test('they lead from σ = 1 to 0, each from where the last one ended', () => {
      for (const solver of ['euler', 'heun'] as const) {
        const steps = flowSteps({ numInferenceSteps: 4, solver, shift: 2 });
        expect(steps).toHaveLength(solver === 'euler' ? 4 : 7);
        expect(steps[0]).toMatchObject({ t: 1000, sigma: 1, alphaCumprod: 0 });
        expect(steps.at(-1)).toMatchObject({ previousT: -1, previousSigma: 0, alphaCumprodPrevious: 1 });
        steps.slice(1).forEach(({ sigma }, k) => {
          expect(sigma).toBe(steps[k]!.previousSigma);
        });
      }
      expect(flowSteps({ numInferenceSteps: 1 })).toMatchObject([{ sigma: 1, previousSigma: 0 }]);
    });

    test('the second half of a step without its first is refused, as are impossible options', () => {
      const { steps, takeStep } = flowPlan({ solver: 'heun', numInferenceSteps: 2 });
      const xt = tf.zeros<tf.Rank.R4>([1, 1, 1, 1]);
      const input = { step: steps[1]!, xt, prediction: { prediction: xt }, predictionType: 'flow' as const };
      const refused = expect.objectContaining({ code: 'E_CONFIG' });
      expect(() => takeStep(input)).toThrow(refused);
      for (const options of [
        { numInferenceSteps: 0 },
        { shift: 0 },
        { timesteps: -1 },
        { solver: 'rk' as 'heun' },
      ])
        expect(() => flowPlan(options)).toThrow(refused);
    });

    test('x̂_0 is clipped where the step says so, and the velocity with it', () => {
      const { steps, takeStep } = flowPlan({ numInferenceSteps: 2 });
      const xt = tf.fill<tf.Rank.R4>([1, 1, 1, 1], 2);
      const input = { step: steps[0]!, xt, predictionType: 'flow' as const };
      const prediction = tf.fill<tf.Rank.R4>([1, 1, 1, 1], -1); // x̂_0 = 3
      const clipped = takeStep({ ...input, prediction: { prediction } });
      expect(clipped.xStart).toBeAllClose([1]);
      expect(clipped.xPrevious).toBeAllClose([1.5]);
      const kept = takeStep({ ...input, prediction: { prediction, isClipped: true } });
      expect(kept.xStart).toBeAllClose([3]);
      expect(kept.xPrevious).toBeAllClose([2.5]);
    });
  },
  { backends: ['cpu'] },
);
