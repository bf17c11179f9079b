import { createAdam, createEma, createRandomStream, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { PredictionType } from '../denoiser.ts';
import { resolveFlowTimeConfig } from './config.ts';
import { drawFlowSigmas } from './flow-times.ts';
import { createPointDenoiser } from './point-denoiser.test-support.ts';
import { createFlowTrainStep, type FlowTrainStepOptions } from './train-step.ts';

function createTinySystem(
  options: FlowTrainStepOptions = {},
  predictionType: PredictionType = 'flow',
  batchSize = 3,
) {
  const rng = createRandomStream(3);
  const model = { ...createPointDenoiser(rng.fork('init'), { width: 8, dropoutRate: 0.2 }), predictionType };
  const ema = createEma(model.parameters, { emaDecay: 0.99 });
  const denoiser = createAdam(model.parameters, { learningRate: 1e-2 });
  const trainStep = createFlowTrainStep(model, { denoiser }, { ema, ...options });
  const batches = {
    batch: (step: number) => ({
      images: rng.fork('data').fork(step).uniform<tf.Rank.R4>([batchSize, 1, 1, 2], -1, 1),
    }),
  };
  const dispose = () => {
    trainStep.dispose();
    model.dispose();
  };
  return { trainStep, batches, rng, model, dispose };
}

describeTrainStep('flow matching', () => createTinySystem());
describeTrainStep('flow matching in slices', () =>
  createTinySystem({ accumulate: 2, timeSampling: 'logit-normal' }),
);

describeOnBackends('the flow train step', () => {
  /** The moments of Adam after one step are the clipped gradients, times 1 − β₁. */
  const momentsAfterStep = async (options: FlowTrainStepOptions) => {
    const { trainStep, batches, rng, dispose } = createTinySystem(options, 'flow', 5);
    for await (const _ of trainLoop(trainStep, batches, { steps: 1, rng }));
    const moments = [...trainStep.state.tensors()].filter(([name]) => name.endsWith('/exp_avg'));
    const values = moments.flatMap(([, { tensor }]) => [...tensor.dataSync()]);
    dispose();
    return values;
  };

  test('in slices it descends on the gradient of the whole batch, dropout included', async () => {
    const whole = await momentsAfterStep({});
    expect(whole.some((value) => value !== 0)).toBe(true);
    for (const accumulate of [2, 5]) {
      expect(await momentsAfterStep({ accumulate })).toBeAllClose(whole, { rtol: 1e-4, atol: 1e-7 });
    }
    const otherTimes = await momentsAfterStep({ timeSampling: 'logit-normal' });
    expect(otherTimes).not.toBeAllClose(whole, { rtol: 1e-2, atol: 1e-7 });
  });

  test('σ is drawn evenly, or around the middle', () => {
    const share = (config: FlowTrainStepOptions) => {
      const sigmas = drawFlowSigmas(createRandomStream(1), 4000, resolveFlowTimeConfig(config)).dataSync();
      expect(sigmas.every((sigma) => sigma >= 0 && sigma <= 1)).toBe(true);
      return sigmas.filter((sigma) => sigma > 0.25 && sigma < 0.75).length / 4000;
    };
    expect(Math.abs(share({}) - 0.5)).toBeLessThan(0.03);
    // |n| < ln 3 holds 0.7281 of a standard normal.
    expect(Math.abs(share({ timeSampling: 'logit-normal' }) - 0.7281)).toBeLessThan(0.03);
    const noisy = drawFlowSigmas(
      createRandomStream(1),
      4000,
      resolveFlowTimeConfig({ timeSampling: 'logit-normal', logitMean: 1, logitDeviation: 0.5 }),
    );
    expect(tf.moments(tf.log(noisy.div(tf.sub(1, noisy)))).mean.dataSync()[0]).toBeCloseTo(1, 1);
  });

  test('a model that predicts something else and impossible options are refused', () => {
    const refused = expect.objectContaining({ code: 'E_CONFIG' });
    expect(() => createTinySystem({}, 'epsilon')).toThrow(/got epsilon prediction, expected flow/);
    expect(() => createTinySystem({ gradientClip: 0 })).toThrow(/createFlowTrainStep: gradientClip/);
    expect(() => createTinySystem({ logitDeviation: 0 })).toThrow(refused);
    expect(() => createTinySystem({ timeSampling: 'even' as 'uniform' })).toThrow(refused);
    expect(() => createTinySystem({ timesteps: Number.NaN })).toThrow(refused);
  });
});
