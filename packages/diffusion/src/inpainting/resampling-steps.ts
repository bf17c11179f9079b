import type { SamplerStep } from '../denoiser.ts';

/** A step, and the level that its result is noised back to. */
export type ResamplingStep<Step extends SamplerStep = SamplerStep> = Step & {
  /** ᾱ after the jump; absent where the walk simply goes on. */
  readonly noisedTo?: number;
};

/**
 * The walk of Lugmayr et al. 2022, section 4.2 (their figure 9): whenever a whole number of jumps is left, the walk goes `jumpLength`
 * steps back towards the noise and comes down again, until it has come down `resamplings` times. No two entries are one object.
 */
export function resamplingSteps<Step extends SamplerStep>(
  steps: readonly Step[],
  jumpLength: number,
  resamplings: number,
): ResamplingStep<Step>[] {
  const levelOf = (left: number) => steps[steps.length - left]!.alphaCumprod;
  const jumpsLeft = new Map<number, number>();
  for (let left = 0; left + jumpLength <= steps.length; left += jumpLength)
    jumpsLeft.set(left, resamplings - 1);
  const walk: ResamplingStep<Step>[] = [];
  for (let left = steps.length; left > 0; ) {
    const step = steps[steps.length - left]!;
    left -= 1;
    const jumps = jumpsLeft.get(left) ?? 0;
    if (jumps === 0) {
      walk.push({ ...step });
      continue;
    }
    jumpsLeft.set(left, jumps - 1);
    left += jumpLength;
    walk.push({ ...step, noisedTo: levelOf(left) });
  }
  return walk;
}
