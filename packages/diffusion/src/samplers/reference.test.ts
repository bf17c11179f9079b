import { tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensors } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { ddimSteps, stepDdim } from '../ddim/step.ts';
import { ddpmSteps, stepDdpm } from '../ddpm/step.ts';
import type { SamplerStep } from '../denoiser.ts';
import { type ImportedScheduler, type JsonObject, readDiffusersScheduler } from '../diffusers/index.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import type { StepFunction } from './run-sampler.ts';

interface SchedulerCase {
  readonly id: string;
  readonly full_config: JsonObject;
  readonly set_timesteps: { num_inference_steps: number };
  readonly step_kwargs: { eta?: number };
  readonly timesteps: number[];
  readonly noise_used: boolean[];
}

type Plan = (
  imported: ImportedScheduler,
  options: { numInferenceSteps: number; eta?: number },
) => SamplerStep[];

const scheduleOf = (imported: ImportedScheduler) => createNoiseSchedule(imported.schedule);
const planDdim: Plan = (imported, options) =>
  ddimSteps(scheduleOf(imported), { ...imported.ddim, clipDenoised: imported.clipDenoised, ...options });
const planDdpm: Plan = (imported, options) =>
  ddpmSteps(scheduleOf(imported), { ...imported.ddpm, clipDenoised: imported.clipDenoised, ...options });

describeOnBackends('recorded scheduler steps of diffusers', () => {
  test('every DDIM case', () => replayAll('DDIMScheduler', 13, planDdim, stepDdim));
  test('every DDPM case', () => replayAll('DDPMScheduler', 8, planDdpm, stepDdpm));

  test('the next list element as previous step differs from the recorded linspace case', async () => {
    const { cases, tensors } = await load('DDIMScheduler');
    const linspace = cases.find(({ full_config }) => full_config.timestep_spacing === 'linspace')!;
    const list: Plan = (imported, options) =>
      planDdim({ ...imported, ddim: { ...imported.ddim, previousTimestep: 'list' } }, options);
    await expect(replay(linspace, tensors, list, stepDdim)).rejects.toThrow(/toBeAllClose/);
  });
});

async function load(cls: 'DDIMScheduler' | 'DDPMScheduler') {
  const { cases } = await loadReference<{ cases: SchedulerCase[] }>(`schedulers/${cls}.json`);
  return { cases, tensors: await loadReference(`schedulers/${cls}.safetensors`) };
}

async function replayAll(
  cls: 'DDIMScheduler' | 'DDPMScheduler',
  count: number,
  plan: Plan,
  step: StepFunction,
) {
  const { cases, tensors } = await load(cls);
  expect(cases).toHaveLength(count);
  for (const each of cases) await replay(each, tensors, plan, step);
}

/** Feeds the recorded x, model output and noise of every step and compares what comes out. */
async function replay(each: SchedulerCase, tensors: ReferenceTensors, plan: Plan, takeStep: StepFunction) {
  const imported = readDiffusersScheduler(each.full_config);
  const { num_inference_steps: numInferenceSteps } = each.set_timesteps;
  const steps = plan(imported, { numInferenceSteps, ...each.step_kwargs });
  expect(steps.map(({ t }) => t)).toEqual(each.timesteps);
  for (const [k, step] of steps.entries()) {
    const at = (name: string, row: number) => rowOf(tensors, `${each.id}.${name}`, row);
    const { predictionType, clipRange } = imported;
    const prediction = { prediction: at('model_output', k) };
    const noise = each.noise_used[k] ? { noise: at('noise', k) } : {};
    const { xPrevious, xStart } = takeStep({
      step,
      xt: at('x', k),
      prediction,
      predictionType,
      clipRange,
      ...noise,
    });
    const scale = Math.max(largest(at('x', k)), largest(at('x', k + 1)));
    // README of the references: float32 schedules of squaredcos_cap_v2 drift near t = T.
    const isSteep = each.full_config.beta_schedule === 'squaredcos_cap_v2' && step.t > 900;
    const atol = 1e-5 + (isSteep ? 5e-4 : 2e-5) * scale;
    expect(xPrevious, `${each.id} step ${k}`).toBeAllClose(at('x', k + 1), { rtol: 0, atol });
    expect(xStart, `${each.id} step ${k}, x_0`).toBeAllClose(at('pred_original_sample', k), {
      rtol: 2e-5,
      atol,
    });
  }
}

// Elementwise: the layout does not matter, so NCHW stays as it is.
function rowOf(tensors: ReferenceTensors, name: string, row: number): tf.Tensor4D {
  const { data, shape } = tensors.get(name)!;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const values = data.slice(row * size, (row + 1) * size);
  return tf.tensor<tf.Rank.R4>(values, shape.slice(1) as [number, number, number, number], 'float32');
}

function largest(x: tf.Tensor): number {
  return x.abs().max().dataSync()[0]!;
}
