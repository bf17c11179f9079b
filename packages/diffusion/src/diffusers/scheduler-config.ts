import {
  booleanAt,
  choiceAt,
  type JsonObject,
  numberAt,
  refuseUnsupported,
  TintypeError,
} from '@tintype/core-tensor';
import type { DdimConfig } from '../ddim/config.ts';
import type { DdpmSampleConfig, DdpmVariance } from '../ddpm/config.ts';
import type { PredictionType } from '../denoiser.ts';
import type { FlowSampleConfig } from '../flow-matching/config.ts';
import type { BetaScheduleKind, NoiseScheduleConfig } from '../noise-schedule/index.ts';
import type { TimestepSpacing } from '../samplers/inference-timesteps.ts';
import { type ImportedSampler, type SchedulerClass, schedulerClassOf } from './scheduler-classes.ts';
import { type ImportedSolverOptions, readSolverOptions } from './solver-options.ts';

/** A scheduler file: what was trained, which sampler it names, and the options of each sampler as it says them. */
export interface ImportedScheduler extends ImportedSolverOptions {
  readonly sampler: ImportedSampler;
  readonly schedule: NoiseScheduleConfig;
  readonly predictionType: PredictionType;
  readonly clipDenoised: boolean;
  readonly clipRange: number;
  /** Options for `sampleDdim`, with diffusers' fixed stride unless the file is of another sampler's class. */
  readonly ddim: DdimConfig;
  /** Options for `sampleDdpm`. */
  readonly ddpm: DdpmSampleConfig;
}

const scheduleKinds = {
  linear: 'linear',
  scaled_linear: 'scaled-linear',
  squaredcos_cap_v2: 'cosine',
  sigmoid: 'sigmoid',
  laplace: 'laplace',
} as const satisfies Record<string, BetaScheduleKind>;

const predictionTypes = { epsilon: 'epsilon', sample: 'sample', v_prediction: 'v' } as const;
const flowClass = 'FlowMatchEulerDiscreteScheduler';
const spacings = { leading: 'leading', linspace: 'linspace', trailing: 'trailing' } as const;
const variances = {
  fixed_small: 'fixed-small',
  fixed_small_log: 'fixed-small-log',
  fixed_large: 'fixed-large',
  learned: undefined,
  learned_range: undefined,
} as const satisfies Record<string, DdpmVariance | undefined>;

/**
 * Reads the `scheduler_config.json` of a diffusers DDPM, DDIM, EulerDiscrete, EulerAncestralDiscrete, HeunDiscrete,
 * DPMSolverMultistep or UniPCMultistep scheduler. Missing keys take the defaults of the class that the file names, of
 * DDPM where it names none. Throws `E_CONFIG` for other classes, values and features (dynamic thresholding, beta
 * sigmas, orders above 2); flow matching is `readDiffusersFlowScheduler`'s.
 */
export function readDiffusersScheduler(config: JsonObject): ImportedScheduler {
  if (config._class_name === flowClass) {
    throw new TintypeError('E_CONFIG', {
      where: 'readDiffusersScheduler: _class_name',
      what: 'flow matching has no noise schedule',
      got: flowClass,
      expected: 'a scheduler of a noise schedule',
      remedy: 'Read it with `readDiffusersFlowScheduler` and sample with `sampleFlow`',
    });
  }
  const named = schedulerClassOf(config);
  refuseUnsupported(config, { thresholding: [false] });
  const timestepSpacing: TimestepSpacing = choiceAt(
    config,
    'timestep_spacing',
    spacings,
    named.timestepSpacing,
  );
  const stepsOffset = numberAt(config, 'steps_offset', 0);
  const variance = choiceAt(config, 'variance_type', variances, 'fixed_small');
  const isAncestral = named.sampler === 'ddim' || named.sampler === 'ddpm';
  return {
    sampler: named.sampler,
    schedule: readSchedule(config, named),
    predictionType: choiceAt(config, 'prediction_type', predictionTypes, 'epsilon'),
    clipDenoised: booleanAt(config, 'clip_sample', named.clipSample),
    clipRange: numberAt(config, 'clip_sample_range', 1),
    ddim: {
      timestepSpacing,
      stepsOffset,
      previousTimestep: isAncestral ? 'fixed-stride' : 'list',
      setAlphaToOne: booleanAt(config, 'set_alpha_to_one', true),
    },
    ddpm: { timestepSpacing, stepsOffset, ...(variance === undefined ? {} : { variance }) },
    ...readSolverOptions(config, named),
  };
}

export interface ImportedFlowScheduler {
  readonly predictionType: 'flow';
  /** Options for `sampleFlow`. */
  readonly flow: FlowSampleConfig;
}

/**
 * Reads the `scheduler_config.json` of a diffusers FlowMatchEulerDiscreteScheduler. Throws `E_CONFIG` for other classes
 * and for dynamic shifting, sigma spacings and stochastic sampling.
 */
export function readDiffusersFlowScheduler(config: JsonObject): ImportedFlowScheduler {
  refuseUnsupported(config, {
    _class_name: [flowClass],
    invert_sigmas: [false],
    shift_terminal: [null],
    stochastic_sampling: [false],
    use_beta_sigmas: [false],
    use_dynamic_shifting: [false],
    use_exponential_sigmas: [false],
    use_karras_sigmas: [false],
  });
  return {
    predictionType: 'flow',
    flow: {
      shift: numberAt(config, 'shift', 1),
      timesteps: numberAt(config, 'num_train_timesteps', 1000),
      sigmaSpacing: 'sigma-min',
    },
  };
}

function readSchedule(config: JsonObject, named: SchedulerClass): NoiseScheduleConfig {
  const rescaleBetasZeroSnr = booleanAt(config, 'rescale_betas_zero_snr', false);
  const trained = config.trained_betas;
  if (trained !== undefined && trained !== null) {
    if (!Array.isArray(trained) || !trained.every((beta) => typeof beta === 'number')) {
      throw new TintypeError('E_CONFIG', {
        where: 'readDiffusersScheduler: trained_betas',
        what: 'betas must be a list of numbers',
        got: trained,
      });
    }
    return { betas: trained as number[], rescaleBetasZeroSnr };
  }
  return {
    kind: choiceAt(config, 'beta_schedule', scheduleKinds, 'linear'),
    timesteps: numberAt(config, 'num_train_timesteps', 1000),
    betaStart: numberAt(config, 'beta_start', named.betaStart),
    betaEnd: numberAt(config, 'beta_end', named.betaEnd),
    rescaleBetasZeroSnr,
  };
}
