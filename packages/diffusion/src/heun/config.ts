import { TintypeError } from '@tintype/core-tensor';
import type { SolverTimesOptions } from '../samplers/solver-times.ts';

export interface HeunConfig extends SolverTimesOptions {
  /**
   * What the trapezoid is taken over. log-snr: the prediction of x_0 within the exact solution of the linear part,
   * bounded at every noise level; sigma: dx/dσ, as Karras et al. and diffusers do, which needs steps that do not
   * shrink σ by a large factor. @default 'log-snr'
   */
  readonly trapezoid?: 'log-snr' | 'sigma';
}

/** Throws `E_CONFIG` for an unknown trapezoid. */
export function assertHeunConfig({ trapezoid = 'log-snr' }: HeunConfig): void {
  if (['log-snr', 'sigma'].includes(trapezoid)) return;
  throw new TintypeError('E_CONFIG', {
    where: 'sampleHeun: trapezoid',
    what: 'unknown choice',
    got: trapezoid,
    expected: 'log-snr | sigma',
  });
}
