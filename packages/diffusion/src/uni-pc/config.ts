import { TintypeError } from '@tintype/core-tensor';
import type { SolverTimesOptions } from '../samplers/solver-times.ts';

export interface UniPcConfig extends SolverTimesOptions {
  /** Order of the predictor; the corrector adds one. @default 2 */
  readonly solverOrder?: 1 | 2;
  /** Correct each prediction by what the network says there; without it the method is DPM-Solver++. @default true */
  readonly corrector?: boolean;
}

/** Throws `E_CONFIG` for an unknown order. */
export function assertUniPcConfig({ solverOrder = 2 }: UniPcConfig): void {
  if ([1, 2].includes(solverOrder)) return;
  throw new TintypeError('E_CONFIG', {
    where: 'sampleUniPc: solverOrder',
    what: 'unknown choice',
    got: solverOrder,
    expected: '1 | 2',
  });
}
