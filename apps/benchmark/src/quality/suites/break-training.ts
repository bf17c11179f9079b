import {
  type Model,
  type Monitor,
  type Phase,
  selectParameters,
  type TrainStep,
  tf,
} from '@tintype/core-tensor';
import type { CreatedModel } from '@tintype/recipes';

/** The same step and state with one phase run in another way. */
export function withPhase(
  trainStep: TrainStep,
  name: string,
  change: (run: Phase['run']) => Phase['run'],
): TrainStep {
  const phases = trainStep.phases.map((phase) =>
    phase.name === name ? { ...phase, run: change((batch, context) => phase.run(batch, context)) } : phase,
  );
  return { ...trainStep, phases };
}

/** A training in which this network takes part and never moves, whichever phases would move it. */
export function frozen<M extends Model>({ model, trainStep }: CreatedModel<M>, network: string): TrainStep {
  const variables = [...selectParameters(model.parameters, network).values()].map(({ variable }) => variable);
  const standStill =
    (run: Phase['run']): Phase['run'] =>
    (batch, context) => {
      const before = variables.map((variable) => variable.clone());
      const scalars = run(batch, context);
      for (const [i, variable] of variables.entries()) variable.assign(before[i]!);
      tf.dispose(before);
      return scalars;
    };
  return trainStep.phases.reduce((step, { name }) => withPhase(step, name, standStill), trainStep);
}

/** The recipe's monitors, looking more often: a short control ends before their usual interval. */
export function watchingEvery(monitors: readonly Monitor[], interval: number): Monitor[] {
  return monitors.map((monitor) => ({ ...monitor, interval: Math.min(monitor.interval, interval) }));
}

/** How often a verdict fell. */
export function countVerdicts(verdicts: readonly { readonly verdict: string }[], name: string): number {
  return verdicts.filter(({ verdict }) => verdict === name).length;
}
