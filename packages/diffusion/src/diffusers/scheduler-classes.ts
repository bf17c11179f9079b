import { choiceAt, type JsonObject } from '@tintype/core-tensor';

export type ImportedSampler = 'ddim' | 'ddpm' | 'dpm-solver' | 'euler' | 'heun' | 'uni-pc';

/** What a scheduler class of diffusers takes for the keys that its file lacks. */
export interface SchedulerClass {
  readonly sampler: ImportedSampler;
  readonly timestepSpacing: 'leading' | 'linspace';
  readonly clipSample: boolean;
  readonly betaStart: number;
  readonly betaEnd: number;
  /** η of Euler. */
  readonly eta?: number;
}

const betas = { betaStart: 1e-4, betaEnd: 0.02 };
const ancestral = { timestepSpacing: 'leading', clipSample: true, ...betas } as const;
const solver = { timestepSpacing: 'linspace', clipSample: false, ...betas } as const;

const classes = {
  DDPMScheduler: { sampler: 'ddpm', ...ancestral },
  DDIMScheduler: { sampler: 'ddim', ...ancestral },
  EulerDiscreteScheduler: { sampler: 'euler', ...solver },
  EulerAncestralDiscreteScheduler: { sampler: 'euler', eta: 1, ...solver },
  HeunDiscreteScheduler: { sampler: 'heun', ...solver, betaStart: 0.00085, betaEnd: 0.012 },
  DPMSolverMultistepScheduler: { sampler: 'dpm-solver', ...solver },
  UniPCMultistepScheduler: { sampler: 'uni-pc', ...solver },
} as const satisfies Record<string, SchedulerClass>;

/** The class that a file names, DDPMScheduler where it names none. Throws `E_CONFIG` for one that is not supported. */
export function schedulerClassOf(config: JsonObject): SchedulerClass {
  return choiceAt(config, '_class_name', classes, 'DDPMScheduler');
}
