import type { BenchmarkCase } from './benchmark-case.ts';
import { convCases } from './conv-cases.ts';
import { gemmCases } from './gemm-cases.ts';
import type { SampleModel, StepModel, Workload } from './workload.ts';

export const suiteNames = ['gemm', 'conv', 'ddpm', 'dcgan', 'vae', 'vq-vae', 'ddim-sample'] as const;
export type SuiteName = (typeof suiteNames)[number];

const stepWarmUp = 3;
const step = (system: string, model: StepModel, batch: number): BenchmarkCase[] => [
  { system, workload: { kind: 'step', model, batch }, calls: 1, warmUpCalls: stepWarmUp },
];

const numInferenceSteps = 20;
const sample = (model: SampleModel): BenchmarkCase[] =>
  [16, 64].map((batch) => ({
    system: `${model} b${batch} S${numInferenceSteps}`,
    workload: { kind: 'sample', model, batch, numInferenceSteps },
    calls: 1,
    warmUpCalls: 1,
  }));

/** The shapes of the engine's design notes: kernels as they occur in the models, and the models' whole steps. */
export const suites: Readonly<Record<SuiteName, readonly BenchmarkCase[]>> = {
  gemm: gemmCases,
  conv: convCases,
  ddpm: step('ddpm', 'ddpm', 32),
  dcgan: step('gan', 'dcgan', 64),
  vae: step('vae', 'vae', 128),
  'vq-vae': step('vq-vae', 'vq-vae', 64),
  'ddim-sample': [...sample('ddpm-mnist'), ...sample('ddpm')],
};

/** The rows of `--quick`: one small product in each transposition. */
export const quickCases: readonly BenchmarkCase[] = gemmCases
  .filter(({ system }) => system.startsWith('matMul 512x512x512'))
  .map((each) => ({
    ...each,
    system: each.system.replaceAll('512', '64'),
    workload: { ...each.workload, m: 64, n: 64, k: 64 } as Workload,
    calls: 2,
    warmUpCalls: 2,
  }));
