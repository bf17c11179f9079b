import { TintypeError } from '@tintype/core-tensor';
import type { SolverTimesOptions } from '../samplers/solver-times.ts';

export interface DpmSolverConfig extends SolverTimesOptions {
  /** Order of the multistep method; 1 is DDIM. @default 2 */
  readonly solverOrder?: 1 | 2;
  /** ode: deterministic (DPM-Solver++); sde: draws noise at every step (SDE-DPM-Solver++). @default 'ode' */
  readonly equation?: 'ode' | 'sde';
  /** The last step is of first order where a run has fewer than 15; one to clean data always is. @default true */
  readonly lowerOrderFinal?: boolean;
}

/** Throws `E_CONFIG` for unknown orders and equations. */
export function assertDpmSolverConfig({ solverOrder = 2, equation = 'ode' }: DpmSolverConfig): void {
  if (![1, 2].includes(solverOrder)) refuse('solverOrder', solverOrder, '1 | 2');
  if (!['ode', 'sde'].includes(equation)) refuse('equation', equation, 'ode | sde');
}

function refuse(name: string, got: unknown, expected: string): never {
  throw new TintypeError('E_CONFIG', {
    where: `sampleDpmSolver: ${name}`,
    what: 'unknown choice',
    got,
    expected,
  });
}
