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
import type { BetaScheduleKind, NoiseScheduleConfig } from '../noise-schedule/index.ts';
import type { TimestepSpacing } from '../samplers/inference-timesteps.ts';

export interface ImportedScheduler {
  readonly schedule: NoiseScheduleConfig;
  readonly predictionType: PredictionType;
  readonly clipDenoised: boolean;
  readonly clipRange: number;
  /** Options for `sampleDdim`, with diffusers' fixed stride. */
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
const spacings = { leading: 'leading', linspace: 'linspace', trailing: 'trailing' } as const;
const variances = {
  fixed_small: 'fixed-small',
  fixed_small_log: 'fixed-small-log',
  fixed_large: 'fixed-large',
  learned: undefined,
  learned_range: undefined,
} as const satisfies Record<string, DdpmVariance | undefined>;

/**
 * Reads the `scheduler_config.json` of a diffusers DDPMScheduler or DDIMScheduler. Missing keys take diffusers'
 * defaults. Throws `E_CONFIG` for values and features that are not supported (dynamic thresholding).
 */
export function readDiffusersScheduler(config: JsonObject): ImportedScheduler {
  refuseUnsupported(config, { thresholding: [false] });
  const timestepSpacing: TimestepSpacing = choiceAt(config, 'timestep_spacing', spacings, 'leading');
  const stepsOffset = numberAt(config, 'steps_offset', 0);
  const variance = choiceAt(config, 'variance_type', variances, 'fixed_small');
  return {
    schedule: readSchedule(config),
    predictionType: choiceAt(config, 'prediction_type', predictionTypes, 'epsilon'),
    clipDenoised: booleanAt(config, 'clip_sample', true),
    clipRange: numberAt(config, 'clip_sample_range', 1),
    ddim: {
      timestepSpacing,
      stepsOffset,
      previousTimestep: 'fixed-stride',
      setAlphaToOne: booleanAt(config, 'set_alpha_to_one', true),
    },
    ddpm: { timestepSpacing, stepsOffset, ...(variance === undefined ? {} : { variance }) },
  };
}

function readSchedule(config: JsonObject): NoiseScheduleConfig {
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
    betaStart: numberAt(config, 'beta_start', 1e-4),
    betaEnd: numberAt(config, 'beta_end', 0.02),
    rescaleBetasZeroSnr,
  };
}
