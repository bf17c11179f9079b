import { type JsonObject, refuseUnknownKeys } from '@tintype/core-tensor';

/**
 * What the schedulers of diffusers up to 0.40 know. Files keep the keys of a scheduler that they were converted from,
 * and diffusers passes over them, so that the list is that of all: what a class understands its own reader decides.
 */
const knownKeys = [
  'algorithm_type base_image_seq_len base_shift beta_end beta_schedule beta_start clip_sample clip_sample_range',
  'dynamic_thresholding_ratio euler_at_final final_sigmas_type flow_shift interpolation_type invert_sigmas',
  'lambda_min_clipped lower_order_final max_image_seq_len max_shift num_train_timesteps prediction_type predict_x0',
  'disable_corrector rescale_betas_zero_snr sample_max_value set_alpha_to_one shift shift_terminal sigma_max sigma_min',
  'skip_prk_steps solver_order solver_p solver_type steps_offset stochastic_sampling thresholding time_shift_type',
  'timestep_spacing timestep_type trained_betas use_beta_sigmas use_dynamic_shifting use_exponential_sigmas',
  'use_flow_sigmas use_karras_sigmas use_lu_lambdas variance_type',
].flatMap((line) => line.split(' '));

/** Throws `E_CONFIG` for a key that no scheduler known here has, unless it is private, null or false. */
export function refuseUnknownSchedulerKeys(config: JsonObject): void {
  refuseUnknownKeys(config, knownKeys);
}
