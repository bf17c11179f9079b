import { assertConfig, v } from '@tintype/core-tensor';
import type { SamplerStep } from '../denoiser.ts';
import type { SamplerPlan } from '../samplers/run-sampler.ts';

/**
 * The last `strength` of a plan: the first (1 − strength) of its steps are left out, rounded to whole ones. A run starts at the
 * head of an interval, never at the second half of a step of Heun, which stays at its level; such a pair counts as one. With so
 * little strength that no step is left the list is empty. Throws `E_CONFIG` unless strength is within 0 … 1.
 */
export function latePlan<Step extends SamplerStep>(
  { steps, takeStep }: SamplerPlan<Step>,
  strength: number,
): SamplerPlan<Step> {
  assertConfig(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), strength, 'latePlan.strength');
  const heads = steps.flatMap(({ alphaCumprod, alphaCumprodPrevious }, k) =>
    alphaCumprod === alphaCumprodPrevious ? [] : [k],
  );
  const kept = Math.round(strength * heads.length);
  if (kept === heads.length) return { steps, takeStep };
  const start = heads[heads.length - kept] ?? steps.length;
  return { steps: steps.slice(start), takeStep };
}
