import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { sampleDdim } from '../ddim/sample.ts';
import { sampleDdpm } from '../ddpm/sample.ts';
import type { Denoiser, DenoiserOptions } from '../denoiser.ts';
import { sampleDpmSolver } from '../dpm-solver/sample.ts';
import { sampleEuler } from '../euler/sample.ts';
import { sampleHeun } from '../heun/sample.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { sampleUniPc } from '../uni-pc/sample.ts';
import { createGaussianDenoiser } from './gaussian-denoiser.test-support.ts';
import type { SampleOptions } from './run-sampler.ts';

const samplers = { sampleDdim, sampleDdpm, sampleDpmSolver, sampleEuler, sampleHeun, sampleUniPc };
const deterministic = { sampleDdim, sampleDpmSolver, sampleEuler, sampleHeun, sampleUniPc };
const schedule = createNoiseSchedule({ kind: 'linear', timesteps: 1000 });
const data = { mean: 0.2, deviation: 0.5 };

type Options = SampleOptions & { numInferenceSteps: number };
const options = (more: Partial<Options> = {}): Options => ({
  shape: [1, 2, 1],
  count: 3,
  rng: createRandomStream(5),
  clipDenoised: false,
  numInferenceSteps: 5,
  ...more,
});

describeOnBackends(
  'every sampler',
  () => {
    test('says step and condition at every call of the denoiser, which answers to both', async () => {
      const condition = { labels: tf.tensor1d([1, 1, 1], 'int32') };
      const other = { labels: tf.tensor1d([0, 0, 0], 'int32') };
      for (const [name, sample] of Object.entries(samplers)) {
        const asked: DenoiserOptions[] = [];
        const gaussian = createGaussianDenoiser(data);
        const labelled: Denoiser = {
          ...gaussian,
          predict: (xt, t, given = {}) => {
            asked.push(given);
            expect([...t.dataSync()], name).toEqual(new Array(3).fill(Math.fround(given.step!.t)));
            const { prediction } = gaussian.predict(xt, t, given);
            return {
              prediction: prediction.mul(
                given.condition!.labels!.toFloat().mul(0.1).add(0.9).reshape([-1, 1, 1, 1]),
              ),
            };
          },
        };
        const one = await sample(labelled, schedule, options({ condition }));
        expect(asked.length, name).toBe(name === 'sampleHeun' ? 9 : 5);
        expect(
          asked.every((given) => given.condition === condition),
          name,
        ).toBe(true);
        const zero = await sample(labelled, schedule, options({ condition: other }));
        expect(one, name).not.toBeAllClose(zero, { atol: 1e-3 });
        tf.dispose([one, zero]);
      }
      tf.dispose([condition, other]);
    });

    test('leaks nothing: not in a whole run, an abort, or a callback that throws, at any step', async () => {
      const denoiser = createGaussianDenoiser(data);
      for (const sample of Object.values(samplers)) {
        const run = (more: Partial<Options>) => sample(denoiser, schedule, options(more));
        await expectNoLeaks(async () => (await run({})).dispose());
        for (const at of [1, 2, 4]) {
          await expectNoLeaks(async () => {
            const controller = new AbortController();
            const onStep: Options['onStep'] = ({ stepsDone }) =>
              void (stepsDone === at && controller.abort());
            await expect(run({ signal: controller.signal, onStep })).rejects.toMatchObject({
              code: 'E_ABORTED',
            });
          });
          await expectNoLeaks(async () => {
            const onStep: Options['onStep'] = ({ stepsDone }) => {
              if (stepsDone === at) throw new Error('from the callback');
            };
            await expect(run({ onStep })).rejects.toThrow('from the callback');
          });
        }
      }
    });

    test('stops at a signal that has fired already and while a callback never settles', async () => {
      const denoiser = createGaussianDenoiser(data);
      const before = sampleDpmSolver(denoiser, schedule, options({ signal: AbortSignal.abort() }));
      await expect(before).rejects.toMatchObject({ code: 'E_ABORTED' });
      expect(denoiser.steps).toHaveLength(0);
      await expectNoLeaks(async () => {
        const never = options({ signal: AbortSignal.timeout(20), onStep: () => new Promise<void>(() => {}) });
        const stopped = sampleDpmSolver(denoiser, schedule, never);
        await expect(stopped).rejects.toMatchObject({ code: 'E_ABORTED', cause: { name: 'TimeoutError' } });
      });
    });

    test('is a function of the first noise where it draws none, bit for bit', async () => {
      const denoiser = createGaussianDenoiser(data);
      const initialNoise = createRandomStream(1).normalRows(0, 3, [1, 2, 1]) as tf.Tensor4D;
      for (const [name, sample] of Object.entries(deterministic)) {
        const one = await sample(denoiser, schedule, options({ initialNoise }));
        const again = await sample(denoiser, schedule, options({ initialNoise, rng: createRandomStream(6) }));
        expect(again.dataSync(), name).toEqual(one.dataSync());
        tf.dispose([one, again]);
      }
      initialNoise.dispose();
    });

    test('starts from pure noise with v and sample prediction, and refuses ε there before asking', async () => {
      const zeroSnr = createNoiseSchedule({ kind: 'linear', timesteps: 1000, rescaleBetasZeroSnr: true });
      for (const [name, sample] of Object.entries(samplers)) {
        for (const predictionType of ['v', 'sample'] as const) {
          const denoiser = createGaussianDenoiser(data, predictionType);
          const images = await sample(denoiser, zeroSnr, options({ numInferenceSteps: 20 }));
          expect([...images.dataSync()].every(Number.isFinite), `${name} ${predictionType}`).toBe(true);
          expect(images.abs().max().dataSync()[0]!, name).toBeLessThan(4);
          images.dispose();
        }
        const epsilon = createGaussianDenoiser(data);
        await expect(sample(epsilon, zeroSnr, options()), name).rejects.toMatchObject({ code: 'E_CONFIG' });
        expect(epsilon.steps, name).toHaveLength(0);
      }
    });
  },
  { backends: ['cpu'] },
);
