import { type BackendName, tf } from '@tintype/core-tensor';
import { describeOnBackends, loadReference, type ReferenceTensors } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { ddimPlan } from '../ddim/sample.ts';
import { ddpmPlan } from '../ddpm/sample.ts';
import type { SamplerStep } from '../denoiser.ts';
import { type ImportedScheduler, type JsonObject, readDiffusersScheduler } from '../diffusers/index.ts';
import { dpmSolverPlan } from '../dpm-solver/sample.ts';
import { eulerPlan } from '../euler/sample.ts';
import { heunPlan } from '../heun/sample.ts';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import type { SamplerPlan } from './run-sampler.ts';
import { sigmaOf } from './sigma-table.ts';

interface SchedulerCase {
  readonly id: string;
  readonly full_config: JsonObject;
  readonly set_timesteps: { num_inference_steps: number };
  readonly step_kwargs: { eta?: number };
  readonly timesteps: number[];
  readonly sigmas: number[] | null;
  readonly init_noise_sigma: number;
  readonly noise_used: boolean[];
  readonly model: string;
}

interface RecordedClass {
  readonly cls: string;
  readonly cases: number;
  /** How diffusers writes x: as the network's input, or with noise of deviation σ on the image. */
  readonly scale: 'variance-preserving' | 'sigma';
  plan(imported: ImportedScheduler, options: PlanOptions): SamplerPlan;
}

type PlanOptions = { numInferenceSteps: number; eta?: number; clipDenoised: boolean };

const scheduleOf = (imported: ImportedScheduler) => createNoiseSchedule(imported.schedule);

const ddim: RecordedClass = {
  cls: 'DDIMScheduler',
  cases: 13,
  scale: 'variance-preserving',
  plan: (imported, options) => ddimPlan(scheduleOf(imported), { ...imported.ddim, ...options }),
};
const ddpm: RecordedClass = {
  cls: 'DDPMScheduler',
  cases: 8,
  scale: 'variance-preserving',
  plan: (imported, options) => ddpmPlan(scheduleOf(imported), { ...imported.ddpm, ...options }),
};
const euler: RecordedClass = {
  cls: 'EulerDiscreteScheduler',
  cases: 7,
  scale: 'sigma',
  plan: (imported, options) => eulerPlan(scheduleOf(imported), { ...imported.euler, ...options }),
};
const heun: RecordedClass = {
  cls: 'HeunDiscreteScheduler',
  cases: 5,
  scale: 'sigma',
  plan: (imported, options) =>
    heunPlan(scheduleOf(imported), { ...imported.heun, ...options }) as unknown as SamplerPlan,
};
const dpmSolver: RecordedClass = {
  cls: 'DPMSolverMultistepScheduler',
  cases: 8,
  scale: 'variance-preserving',
  plan: (imported, options) =>
    dpmSolverPlan(scheduleOf(imported), { ...imported.dpmSolver, ...options }) as unknown as SamplerPlan,
};

/** Every recorded case of diffusers' schedulers, step by step and as a free run. */
export function describeSchedulerReference(options: { backends?: readonly BackendName[] } = {}): void {
  describeOnBackends(
    'recorded scheduler steps of diffusers',
    () => {
      for (const recorded of [ddim, ddpm, euler, heun, dpmSolver])
        test(`every ${recorded.cls} case`, () => replayAll(recorded));

      test('with the coefficients of the step after it no case of any class is replayed', async () => {
        for (const recorded of [ddim, ddpm, euler, heun, dpmSolver]) {
          const { cases, tensors } = await load(recorded.cls);
          // A step of Heun takes two calls.
          const further = recorded === heun ? 2 : 1;
          const wrong: RecordedClass = {
            ...recorded,
            plan: (...args) => {
              const { steps, takeStep } = recorded.plan(...args);
              const after = (step: SamplerStep) => steps[steps.indexOf(step) + further] ?? step;
              return { steps, takeStep: (input) => takeStep({ ...input, step: after(input.step) }) };
            },
          };
          for (const each of cases)
            await expect(replay(each, tensors, wrong)).rejects.toThrow(/toBeAllClose/);
        }
      });

      test('the next list element as previous step differs from the recorded linspace case', async () => {
        const { cases, tensors } = await load(ddim.cls);
        const linspace = cases.find(({ full_config }) => full_config.timestep_spacing === 'linspace')!;
        const list: RecordedClass = {
          ...ddim,
          plan: (imported, options) =>
            ddim.plan({ ...imported, ddim: { ...imported.ddim, previousTimestep: 'list' } }, options),
        };
        await expect(replay(linspace, tensors, list)).rejects.toThrow(/toBeAllClose/);
      });

      test('without its history DPM-Solver++ differs from the recorded cases', async () => {
        const { cases, tensors } = await load(dpmSolver.cls);
        const forgetful: RecordedClass = {
          ...dpmSolver,
          plan: (...args) => {
            const { steps, takeStep } = dpmSolver.plan(...args);
            return { steps, takeStep: ({ carried: _, ...input }) => takeStep(input) };
          },
        };
        for (const each of cases)
          await expect(replay(each, tensors, forgetful)).rejects.toThrow(/toBeAllClose/);
      });
    },
    options,
  );
}

async function load(cls: string) {
  const { cases } = await loadReference<{ cases: SchedulerCase[] }>(`schedulers/${cls}.json`);
  return { cases, tensors: await loadReference(`schedulers/${cls}.safetensors`) };
}

async function replayAll(recorded: RecordedClass): Promise<void> {
  const { cases, tensors } = await load(recorded.cls);
  expect(cases).toHaveLength(recorded.cases);
  for (const each of cases) await replay(each, tensors, recorded);
}

/** Feeds the recorded x, model output and noise of every step and compares what comes out; then runs freely. */
async function replay(
  each: SchedulerCase,
  tensors: ReferenceTensors,
  recorded: RecordedClass,
): Promise<void> {
  const imported = readDiffusersScheduler({ ...each.full_config, _class_name: recorded.cls });
  const { num_inference_steps: numInferenceSteps } = each.set_timesteps;
  const { clipDenoised, clipRange, predictionType } = imported;
  const plan = recorded.plan(imported, { numInferenceSteps, clipDenoised, ...each.step_kwargs });
  assertTimes(each, plan, recorded);
  /** x as diffusers writes it ↔ ours. */
  const toOurs = (x: tf.Tensor4D, alpha: number) =>
    (recorded.scale === 'sigma' ? x.mul(Math.sqrt(alpha)) : x) as tf.Tensor4D;
  const toTheirs = (x: tf.Tensor4D, alpha: number) =>
    (recorded.scale === 'sigma' ? x.div(Math.sqrt(alpha)) : x) as tf.Tensor4D;
  const at = (name: string, row: number) => rowOf(tensors, `${each.id}.${name}`, row);
  const x = tensors.get(`${each.id}.x`)!;
  const size = x.data.length / x.shape[0]!;
  const largest = (row: number) => Math.max(...x.data.slice(row * size, (row + 1) * size).map(Math.abs));
  const input = (k: number) => ({
    step: plan.steps[k]!,
    predictionType,
    clipRange,
    ...(each.noise_used[k] ? { noise: at('noise', k) } : {}),
  });
  let carried: readonly tf.Tensor4D[] | undefined;
  for (const [k, step] of plan.steps.entries()) {
    const xt = toOurs(at('x', k), step.alphaCumprod);
    const result = plan.takeStep({
      ...input(k),
      xt,
      prediction: { prediction: at('model_output', k) },
      carried,
    });
    carried = result.carried;
    const scale = Math.max(largest(k), largest(k + 1));
    const atol = 1e-5 + relativeTolerance(each, step.t) * scale;
    const where = `${recorded.cls} ${each.id} step ${k}`;
    const theirs = toTheirs(result.xPrevious, step.alphaCumprodPrevious);
    await expect(theirs, where).toBeAllClose(at('x', k + 1), { rtol: 0, atol });
    if (tensors.has(`${each.id}.pred_original_sample`)) {
      const xStart = at('pred_original_sample', k);
      await expect(result.xStart, `${where}, x_0`).toBeAllClose(xStart, { rtol: 2e-5, atol });
    }
    if (tensors.has(`${each.id}.model_input`))
      await expect(xt, `${where}, input`).toBeAllClose(at('model_input', k), { rtol: 1e-4, atol: 1e-5 });
  }
  if (each.model !== '0.1*x+sin(t)') return;
  let xt = toOurs(at('x', 0), plan.steps[0]!.alphaCumprod);
  carried = undefined;
  for (const [k, step] of plan.steps.entries()) {
    const prediction = { prediction: xt.mul(0.1).add(Math.sin(step.t)) as tf.Tensor4D };
    ({ xPrevious: xt, carried } = plan.takeStep({ ...input(k), xt, prediction, carried }));
  }
  const end = at('x', plan.steps.length);
  const theirs = toTheirs(xt, plan.steps.at(-1)!.alphaCumprodPrevious);
  const atol = (isSteep(each, each.timesteps[0]!) ? 5e-3 : 2e-4) * largest(plan.steps.length);
  await expect(theirs, `${recorded.cls} ${each.id}, free run`).toBeAllClose(end, { rtol: 0, atol });
}

function assertTimes(each: SchedulerCase, { steps }: SamplerPlan, { scale }: RecordedClass): void {
  expect(steps).toHaveLength(each.timesteps.length);
  for (const [k, { t }] of steps.entries()) {
    const timestep = each.timesteps[k]!;
    if (Number.isInteger(timestep)) expect(t, `${each.id} timestep ${k}`).toBe(timestep);
    else expect(Math.abs(t - timestep), `${each.id} timestep ${k}`).toBeLessThan(1e-4 * timestep);
  }
  if (scale !== 'sigma') expect(each.init_noise_sigma).toBe(1);
  if (!each.sigmas) return;
  // README of the references: float32 schedules of squaredcos_cap_v2 drift near t = T.
  const smooth = each.sigmas.filter((_, k) => !isSteep(each, each.timesteps[k] ?? 0));
  const atol = 1e-7 + 1e-5 * Math.max(...smooth);
  for (const [k, { t, alphaCumprod, alphaCumprodPrevious }] of steps.entries()) {
    const allowed = isSteep(each, t) ? 1e-3 * each.sigmas[k]! : atol;
    const where = `${each.id} sigma ${k}`;
    expect(Math.abs(sigmaOf(alphaCumprod) - each.sigmas[k]!), where).toBeLessThan(allowed);
    expect(Math.abs(sigmaOf(alphaCumprodPrevious) - each.sigmas[k + 1]!), where).toBeLessThan(allowed);
  }
  if (scale !== 'sigma') return;
  // What they multiply the first noise by is the deviation of our x_T = ε on their scale, but for its last decimals.
  const sigma = sigmaOf(steps[0]!.alphaCumprod);
  const first = each.full_config.timestep_spacing === 'leading' ? Math.hypot(sigma, 1) : sigma;
  const allowed = (isSteep(each, steps[0]!.t) ? 1e-3 : 1e-5) * each.init_noise_sigma;
  expect(Math.abs(first - each.init_noise_sigma)).toBeLessThan(allowed);
}

function relativeTolerance(each: SchedulerCase, t: number): number {
  const { beta_schedule, use_karras_sigmas } = each.full_config;
  // Float32 loses the digits of 1 − ᾱ_0: the reference's last σ is wrong by up to 3e-4 (squaredcos_cap_v2), Karras'
  // spacing carries that into every σ, and Heun divides by it. Two recorded steps differ by 2.2e-5 and 4.4e-5 for it.
  const usesLastSigma = use_karras_sigmas === true || (t === 0 && beta_schedule === 'squaredcos_cap_v2');
  return usesLastSigma ? 5e-5 : 2e-5;
}

function isSteep({ full_config }: SchedulerCase, t: number): boolean {
  return full_config.beta_schedule === 'squaredcos_cap_v2' && t > 900;
}

// Elementwise: the layout does not matter, so NCHW stays as it is.
function rowOf(tensors: ReferenceTensors, name: string, row: number): tf.Tensor4D {
  const { data, shape } = tensors.get(name)!;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const values = data.slice(row * size, (row + 1) * size);
  return tf.tensor<tf.Rank.R4>(values, shape.slice(1) as [number, number, number, number], 'float32');
}
