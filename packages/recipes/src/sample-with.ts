import { TintypeError, type tf } from '@tintype/core-tensor';
import {
  type Denoiser,
  type NoiseSchedule,
  type SampleOptions,
  sampleDdim,
  sampleDdpm,
  sampleDpmSolver,
  sampleEuler,
  sampleHeun,
  sampleUniPc,
  type TimestepSpacing,
} from '@tintype/diffusion';

/** Samplers of a denoiser that was trained on a noise schedule. */
export type SamplerName = 'ddim' | 'ddpm' | 'euler' | 'heun' | 'dpm-solver' | 'uni-pc';

/** Sampling options of every recipe of diffusion. */
export interface DiffusionSampleOptions {
  /** How to walk from noise to the image. @default 'ddim' */
  readonly sampler: SamplerName;
  /** Steps, 1 to the training timesteps; each asks the network once, each but the last of heun twice. @default 50 */
  readonly numInferenceSteps: number;
  /**
   * Of ddim and euler: 0 is deterministic, 1 draws as much noise as DDPM, which mends what a short training gets wrong.
   * @default 1
   */
  readonly eta: number;
  /** Of ddim alone: which ε goes on where x̂_0 was clipped. @default 'rederived' */
  readonly clippedNoise: 'model' | 'rederived';
  /** How the steps are spread over the training timesteps. @default 'trailing' */
  readonly timestepSpacing: TimestepSpacing;
  /** Images denoised at once. @default 32 */
  readonly batchSize: number;
}

export const defaultDiffusionSampleOptions: DiffusionSampleOptions = {
  sampler: 'ddim',
  numInferenceSteps: 50,
  eta: 1,
  clippedNoise: 'rederived',
  timestepSpacing: 'trailing',
  batchSize: 32,
};

export type SampleWithOptions = SampleOptions & Partial<Omit<DiffusionSampleOptions, 'batchSize'>>;

type SampleFunction = (
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  options: SampleWithOptions,
) => Promise<tf.Tensor4D>;

/** Every one starts from the same noise. */
const samplers: Readonly<Record<SamplerName, SampleFunction>> = {
  ddim: sampleDdim,
  ddpm: sampleDdpm,
  euler: sampleEuler,
  heun: sampleHeun,
  'dpm-solver': sampleDpmSolver,
  'uni-pc': sampleUniPc,
};

/** Names that `sampler` may have. */
export const samplerNames = Object.keys(samplers) as readonly SamplerName[];

/**
 * Images [count, h, w, c] from noise by the sampler that is named, ddim where none is. Throws `E_CONFIG` for an unknown
 * name and impossible options, `E_ABORTED` when the signal fires.
 */
export async function sampleWith(
  denoiser: Denoiser,
  schedule: NoiseSchedule,
  { sampler = 'ddim', ...options }: SampleWithOptions,
): Promise<tf.Tensor4D> {
  const sample = Object.hasOwn(samplers, sampler) ? samplers[sampler] : undefined;
  if (sample) return sample(denoiser, schedule, options);
  throw new TintypeError('E_CONFIG', {
    where: 'sample: sampler',
    what: 'there is no such sampler',
    got: sampler,
    expected: samplerNames.join(' | '),
  });
}
