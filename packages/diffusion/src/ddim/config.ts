import { TintypeError } from '@tintype/core-tensor';
import type { InferenceTimestepsOptions } from '../samplers/inference-timesteps.ts';

export interface DdimConfig extends InferenceTimestepsOptions {
  /** Share of the posterior's noise, 0 (deterministic) … 1 (ancestral). @default 0 */
  readonly eta?: number;
  /**
   * Where a step leads: to the next element of the timestep list, or ⌊T/S⌋ timesteps down whatever the list says.
   * The second is what diffusers does; it is wrong for linspace, for uneven lists and where S does not divide T,
   * and serves parity and imported configurations only. @default 'list'
   */
  readonly previousTimestep?: 'list' | 'fixed-stride';
  /** The last step leads to ᾱ = 1; otherwise to ᾱ_0. @default true */
  readonly setAlphaToOne?: boolean;
  /** Which ε goes on where x̂_0 was clipped (see `stepDdim`). @default 'model' */
  readonly clippedNoise?: 'model' | 'rederived';
}

/** Throws `E_CONFIG` for eta outside [0, 1] and unknown choices. */
export function assertDdimConfig(config: DdimConfig): void {
  const { eta = 0, previousTimestep = 'list', clippedNoise = 'model', stepsOffset = 0 } = config;
  if (!(eta >= 0 && eta <= 1)) refuse('eta', eta, '0 … 1');
  if (!['list', 'fixed-stride'].includes(previousTimestep))
    refuse('previousTimestep', previousTimestep, 'list | fixed-stride');
  if (!['model', 'rederived'].includes(clippedNoise))
    refuse('clippedNoise', clippedNoise, 'model | rederived');
  if (!(Number.isInteger(stepsOffset) && stepsOffset >= 0))
    refuse('stepsOffset', stepsOffset, 'an integer ≥ 0');
}

function refuse(name: string, got: unknown, expected: string): never {
  throw new TintypeError('E_CONFIG', {
    where: `sampleDdim: ${name}`,
    what: 'impossible value',
    got,
    expected,
  });
}
