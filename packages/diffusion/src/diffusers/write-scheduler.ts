import { assertConfig, type JsonObject, TintypeError, v } from '@tintype/core-tensor';
import type { DdimConfig } from '../ddim/config.ts';
import type { DdpmVariance } from '../ddpm/config.ts';
import type { PredictionType, VarianceType } from '../denoiser.ts';
import { flowTimesteps } from '../flow-matching/config.ts';
import { createBetas } from '../noise-schedule/betas.ts';
import { createNoiseSchedule, type NoiseScheduleConfig } from '../noise-schedule/index.ts';
import type { TimestepSpacing } from '../samplers/inference-timesteps.ts';

/** What a denoiser of a noise schedule was trained with and how it is sampled, for diffusers. */
export interface DiffusersScheduleOptions {
  /** The scheduler of the folder; Python can make another from it with `from_config`. @default 'ddim' */
  readonly sampler?: 'ddim' | 'ddpm';
  readonly schedule: NoiseScheduleConfig;
  /** @default 'epsilon' */
  readonly predictionType?: PredictionType;
  /** What is learned, only ddpm samples with. @default 'fixed' */
  readonly varianceType?: VarianceType;
  /** @default true */
  readonly clipDenoised?: boolean;
  /** @default 1 */
  readonly clipRange?: number;
  /** @default 'trailing' */
  readonly timestepSpacing?: TimestepSpacing;
  /** @default 0 */
  readonly stepsOffset?: number;
  /** Of ddim: see `DdimConfig`. @default true */
  readonly setAlphaToOne?: DdimConfig['setAlphaToOne'];
  /** Of ddpm, where the variance is not learned. @default 'fixed-small' */
  readonly variance?: DdpmVariance;
}

/** The same for a denoiser with flow prediction. */
export interface DiffusersFlowOptions {
  readonly sampler: 'flow-euler';
  readonly predictionType?: 'flow';
  /** As in `FlowSampleConfig`, > 0. @default 1 */
  readonly shift?: number;
  /** T of t = σT, as in training. @default 1000 */
  readonly timesteps?: number;
}

export type DiffusersSchedulerOptions = DiffusersScheduleOptions | DiffusersFlowOptions;

const options = v.strictObject({
  sampler: v.optional(v.picklist(['ddim', 'ddpm']), 'ddim'),
  predictionType: v.optional(v.picklist(['epsilon', 'sample', 'v', 'flow']), 'epsilon'),
  varianceType: v.optional(v.picklist(['fixed', 'learned', 'learned-range']), 'fixed'),
  clipDenoised: v.optional(v.boolean(), true),
  clipRange: v.optional(v.pipe(v.number(), v.gtValue(0)), 1),
  timestepSpacing: v.optional(v.picklist(['leading', 'linspace', 'trailing']), 'trailing'),
  stepsOffset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  setAlphaToOne: v.optional(v.boolean(), true),
  variance: v.optional(v.picklist(['fixed-small', 'fixed-small-log', 'fixed-large']), 'fixed-small'),
});

const positive = v.pipe(v.number(), v.gtValue(0));
const flowOptions = v.strictObject({
  sampler: v.literal('flow-euler'),
  predictionType: v.optional(v.literal('flow'), 'flow'),
  shift: v.optional(positive, 1),
  timesteps: v.optional(v.pipe(positive, v.integer()), flowTimesteps),
});

type Resolved = v.InferOutput<typeof options>;

/**
 * The `scheduler_config.json` of diffusers' DDIMScheduler, DDPMScheduler or FlowMatchEulerDiscreteScheduler. Betas that
 * the class does not know by name (sigmoid and laplace for DDIM, another `maxBeta`) are written out as `trained_betas`.
 * @throws TintypeError `E_UNKNOWN_OPTION`, `E_CONFIG` for impossible values and for what neither class can be: flow
 *   prediction, DDIM with a learned variance
 */
export function writeDiffusersScheduler(scheduler: DiffusersSchedulerOptions): JsonObject {
  if (scheduler.sampler === 'flow-euler') return writeFlow(scheduler);
  const { schedule, ...rest } = scheduler;
  const given = assertConfig(options, rest, 'writeDiffusersScheduler');
  if (given.predictionType === 'flow') {
    refuse(
      'predictionType',
      'DDIMScheduler and DDPMScheduler know no flow prediction',
      given,
      'epsilon | sample | v',
    );
  }
  if (given.sampler === 'ddim' && given.varianceType !== 'fixed') {
    refuse('varianceType', 'DDIMScheduler takes no learned variance', given, "fixed, or sampler: 'ddpm'");
  }
  return {
    ...writeSchedule(schedule, given.sampler),
    clip_sample: given.clipDenoised,
    clip_sample_range: given.clipRange,
    dynamic_thresholding_ratio: 0.995,
    prediction_type: given.predictionType === 'v' ? 'v_prediction' : given.predictionType,
    sample_max_value: 1,
    steps_offset: given.stepsOffset,
    thresholding: false,
    timestep_spacing: given.timestepSpacing,
    ...writeOwnKeys(given),
  };
}

function writeFlow(scheduler: DiffusersFlowOptions): JsonObject {
  const { shift, timesteps } = assertConfig(flowOptions, scheduler, 'writeDiffusersScheduler');
  return { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: timesteps, shift };
}

function writeOwnKeys({ sampler, varianceType, variance, setAlphaToOne }: Resolved): JsonObject {
  if (sampler === 'ddim') return { _class_name: 'DDIMScheduler', set_alpha_to_one: setAlphaToOne };
  const name = varianceType === 'fixed' ? variance : varianceType;
  return { _class_name: 'DDPMScheduler', variance_type: name.replaceAll('-', '_') };
}

/** Kinds by the names of diffusers, and the schedulers that know them. */
const namedKinds: Readonly<Record<string, { name: string; samplers: readonly string[] }>> = {
  linear: { name: 'linear', samplers: ['ddim', 'ddpm'] },
  'scaled-linear': { name: 'scaled_linear', samplers: ['ddim', 'ddpm'] },
  cosine: { name: 'squaredcos_cap_v2', samplers: ['ddim', 'ddpm'] },
  sigmoid: { name: 'sigmoid', samplers: ['ddpm'] },
  laplace: { name: 'laplace', samplers: ['ddpm'] },
};

function writeSchedule(config: NoiseScheduleConfig, sampler: string): JsonObject {
  const { timesteps } = createNoiseSchedule(config);
  const common = {
    num_train_timesteps: timesteps,
    rescale_betas_zero_snr: config.rescaleBetasZeroSnr ?? false,
  };
  if ('betas' in config) return { ...common, ...writtenOut(config.betas) };
  const { kind, betaStart = 1e-4, betaEnd = 0.02, maxBeta = 0.999 } = config;
  const named = Object.hasOwn(namedKinds, kind) ? namedKinds[kind] : undefined;
  const isKnown = named?.samplers.includes(sampler) && maxBeta === 0.999;
  if (!named || !isKnown) return { ...common, ...writtenOut(createBetas(config)) };
  return {
    ...common,
    beta_schedule: named.name,
    beta_start: betaStart,
    beta_end: betaEnd,
    trained_betas: null,
  };
}

function writtenOut(betas: ArrayLike<number>): JsonObject {
  return { beta_schedule: 'linear', beta_start: 1e-4, beta_end: 0.02, trained_betas: Array.from(betas) };
}

function refuse(name: keyof Resolved, what: string, given: Resolved, expected: string): never {
  throw new TintypeError('E_CONFIG', {
    where: `writeDiffusersScheduler: ${name}`,
    what,
    got: given[name],
    expected,
  });
}
