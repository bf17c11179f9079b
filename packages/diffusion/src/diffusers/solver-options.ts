import {
  booleanAt,
  choiceAt,
  type JsonObject,
  numberAt,
  refuseUnsupported,
  TintypeError,
} from '@tintype/core-tensor';
import type { DpmSolverConfig } from '../dpm-solver/config.ts';
import type { EulerConfig } from '../euler/config.ts';
import type { HeunConfig } from '../heun/config.ts';
import type { SolverTimesOptions } from '../samplers/solver-times.ts';
import type { UniPcConfig } from '../uni-pc/config.ts';
import type { SchedulerClass } from './scheduler-classes.ts';

export interface ImportedSolverOptions {
  /** Options for `sampleEuler`. */
  readonly euler: EulerConfig;
  /** Options for `sampleHeun`. */
  readonly heun: HeunConfig;
  /** Options for `sampleDpmSolver`. */
  readonly dpmSolver: DpmSolverConfig;
  /** Options for `sampleUniPc`. */
  readonly uniPc: UniPcConfig;
}

const spacings = { leading: 'leading', linspace: 'linspace', trailing: 'trailing' } as const;
const equations = { 'dpmsolver++': 'ode', 'sde-dpmsolver++': 'sde' } as const;
const finals = { zero: true, sigma_min: false } as const;

/** What `scheduler_config.json` says to each of the solvers. Throws `E_CONFIG` for what is not supported, by its key. */
export function readSolverOptions(config: JsonObject, named: SchedulerClass): ImportedSolverOptions {
  refuseUnsupported(config, {
    use_beta_sigmas: [false],
    use_dynamic_shifting: [false],
    use_flow_sigmas: [false],
    use_lu_lambdas: [false],
    interpolation_type: ['linear'],
    timestep_type: ['discrete'],
    sigma_min: [null],
    sigma_max: [null],
    euler_at_final: [false],
    lambda_min_clipped: ['-inf', Number.NEGATIVE_INFINITY],
    predict_x0: [true],
    solver_order: [1, 2],
    solver_p: [null],
    solver_type: ['midpoint', 'bh2'],
  });
  assertEveryStepCorrected(config);
  const karras = booleanAt(config, 'use_karras_sigmas', false);
  const exponential = booleanAt(config, 'use_exponential_sigmas', false);
  const setAlphaToOne = choiceAt(config, 'final_sigmas_type', finals, 'zero');
  const visited = {
    timestepSpacing: choiceAt(config, 'timestep_spacing', spacings, named.timestepSpacing),
    stepsOffset: numberAt(config, 'steps_offset', 0),
    setAlphaToOne,
  };
  const sigmaSpacing = karras ? 'karras' : exponential ? 'exponential' : 'timesteps';
  const isRespaced = sigmaSpacing !== 'timesteps';
  const respaced = isRespaced ? ({ sigmaSpacing } as const) : {};
  const solverOrder = numberAt(config, 'solver_order', 2) as 1 | 2;
  // The multistep classes spread sigmas over the whole schedule, whatever the spacing of timesteps.
  const multistep: SolverTimesOptions = isRespaced
    ? { ...respaced, timestepSpacing: 'linspace', setAlphaToOne, roundTimesteps: true }
    : { ...visited, visitsZero: false, roundTimesteps: true };
  return {
    euler: { ...visited, ...respaced, ...(named.eta === undefined ? {} : { eta: named.eta }) },
    heun: { ...visited, ...respaced, trapezoid: 'sigma' },
    dpmSolver: {
      ...multistep,
      solverOrder,
      equation: choiceAt(config, 'algorithm_type', equations, 'dpmsolver++'),
      lowerOrderFinal: booleanAt(config, 'lower_order_final', true),
    },
    uniPc: { ...multistep, solverOrder },
  };
}

function assertEveryStepCorrected({ disable_corrector: steps = [] }: JsonObject): void {
  if (Array.isArray(steps) && steps.length === 0) return;
  throw new TintypeError('E_CONFIG', {
    where: 'diffusers configuration: disable_corrector',
    what: 'this value is not supported',
    got: JSON.stringify(steps),
    expected: 'an empty list',
  });
}
