import { TintypeError } from '@tintype/core-tensor';
import type { SolverTimesOptions } from '../samplers/solver-times.ts';

export interface EulerConfig extends SolverTimesOptions {
  /** Share of the posterior's noise, 0 (deterministic) … 1 (ancestral). @default 0 */
  readonly eta?: number;
}

/** Throws `E_CONFIG` for eta outside [0, 1]. */
export function assertEulerConfig({ eta = 0 }: EulerConfig): void {
  if (eta >= 0 && eta <= 1) return;
  throw new TintypeError('E_CONFIG', {
    where: 'sampleEuler: eta',
    what: 'impossible value',
    got: eta,
    expected: '0 … 1',
  });
}
