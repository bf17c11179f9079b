import { tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { PredictionType } from '../denoiser.ts';
import { type JsonObject, readDiffusersScheduler } from '../diffusers/index.ts';
import { dpmSolverPlan } from '../dpm-solver/sample.ts';
import { eulerPlan } from '../euler/sample.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { uniPcPlan } from '../uni-pc/sample.ts';
import type { SamplerPlan } from './run-sampler.ts';

const config = (more: JsonObject): JsonObject => ({
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  ...more,
});
const options = { numInferenceSteps: 10, clipDenoised: false };

/** The full loop of diffusers' own scheduler tests: model(x, t) = x · t / (t + 1) on a fixed sample, ten steps. */
function fullLoop({ steps, takeStep }: SamplerPlan, predictionType: PredictionType, sigmaScale = false) {
  // Their tests of the classes with x + σ ε feed what was scaled for the network to the step as well.
  const fed = (xt: tf.Tensor4D, alpha: number) => (sigmaScale ? xt.mul(Math.sqrt(alpha)) : xt) as tf.Tensor4D;
  const scale = sigmaScale ? Math.sqrt(1 - steps[0]!.alphaCumprod) : 1;
  return tf.tidy(() => {
    let xt = tf.range(0, 768).div(768).mul(scale).reshape([3, 8, 8, 4]) as tf.Tensor4D;
    let carried: readonly tf.Tensor4D[] | undefined;
    for (const step of steps) {
      const prediction = { prediction: xt.mul(step.t / (step.t + 1)) as tf.Tensor4D };
      ({ xPrevious: xt, carried } = takeStep({
        step,
        xt: fed(xt, step.alphaCumprod),
        prediction,
        predictionType,
        carried,
      }));
    }
    const size = xt.abs();
    return { sum: size.sum().dataSync()[0]!, mean: size.mean().dataSync()[0]! };
  });
}

describeOnBackends('the full loops of diffusers’ tests, solvers', () => {
  const eulerLoop = (more: JsonObject) => {
    const read = readDiffusersScheduler(
      config({ _class_name: 'EulerDiscreteScheduler', num_train_timesteps: 1100, ...more }),
    );
    const plan = eulerPlan(createNoiseSchedule(read.schedule), { ...read.euler, ...options });
    return fullLoop(plan, read.predictionType, true);
  };

  test('Euler: 10.0807, and 124.5230 with Karras’ spacing', () => {
    expect(eulerLoop({}).sum).toBeCloseTo(10.0807, 2);
    expect(eulerLoop({ use_karras_sigmas: true }).sum).toBeCloseTo(124.523, 1);
  });

  test('DPM-Solver++(2M): mean 0.3301, with v 0.2251', () => {
    const mean = (prediction_type: string) => {
      const read = readDiffusersScheduler(
        config({
          _class_name: 'DPMSolverMultistepScheduler',
          prediction_type,
          lower_order_final: false,
          final_sigmas_type: 'sigma_min',
        }),
      );
      const plan = dpmSolverPlan(createNoiseSchedule(read.schedule), { ...read.dpmSolver, ...options });
      return fullLoop(plan as unknown as SamplerPlan, read.predictionType).mean;
    };
    expect(mean('epsilon')).toBeCloseTo(0.3301, 3);
    expect(mean('v_prediction')).toBeCloseTo(0.2251, 3);
  });

  test('UniPC: mean 0.2464, with v 0.1014', () => {
    const mean = (prediction_type: string, final_sigmas_type = 'sigma_min') => {
      const read = readDiffusersScheduler(
        config({ _class_name: 'UniPCMultistepScheduler', prediction_type, final_sigmas_type }),
      );
      const plan = uniPcPlan(createNoiseSchedule(read.schedule), { ...read.uniPc, ...options });
      return fullLoop(plan as unknown as SamplerPlan, read.predictionType).mean;
    };
    expect(mean('epsilon')).toBeCloseTo(0.2464, 3);
    expect(mean('v_prediction')).toBeCloseTo(0.1014, 3);
  });
});
