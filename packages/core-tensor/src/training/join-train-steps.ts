import { TintypeError } from '@tintype/backend';
import { joinTrainStates } from './join-train-states.ts';
import type { Phase, TrainStep } from './train-step.ts';

/** One training of several that follow one another. */
export interface TrainStage {
  readonly trainStep: TrainStep;
  /** Steps that it takes; the last stage may go on for ever. */
  readonly steps?: number;
}

interface PlacedStage {
  readonly trainStep: TrainStep;
  readonly from: number;
  readonly until: number;
}

/**
 * Several trainings as one, each beginning where the one before ends: a VQ-VAE, then the prior of its codes. A stage's
 * phases keep their names and count steps from the stage's own beginning. State names gain the stage's name
 * (`joinTrainStates`); `joinParameters` names the parameters alike. Owns the train steps.
 *
 * Throws `E_CONFIG` for no stage, a name that is not one word of `a-z0-9_`, a stage before the last without a whole number
 * of steps, and for a phase name that two stages share.
 */
export function joinTrainSteps(stages: Readonly<Record<string, TrainStage>>): TrainStep {
  const placed = placeStages(stages);
  const phases = placed.flatMap((stage) => stage.trainStep.phases.map((phase) => placePhase(phase, stage)));
  const twice = phases.find(({ name }, i) => phases.findIndex((other) => other.name === name) < i);
  if (twice) throw refusal(twice.name, 'two stages have a phase of this name', twice.name);
  const trainSteps = placed.map(({ trainStep }) => trainStep);
  const states = Object.entries(stages).map(([name, { trainStep }]) => [name, trainStep.state] as const);

  return {
    phases,
    state: joinTrainStates(Object.fromEntries(states)),
    batchRequest(step) {
      const { trainStep, from } = placed.find(({ until }) => step < until) ?? placed.at(-1)!;
      return trainStep.batchRequest?.(step - from) ?? {};
    },
    accumulate: Math.max(...trainSteps.map(({ accumulate = 1 }) => accumulate)),
    dispose() {
      for (const trainStep of trainSteps) trainStep.dispose();
    },
  };
}

function placeStages(stages: Readonly<Record<string, TrainStage>>): PlacedStage[] {
  const entries = Object.entries(stages);
  if (entries.length === 0) throw refusal('stages', 'there must be at least one stage', '{}');
  let from = 0;
  return entries.map(([name, { trainStep, steps }], index) => {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw refusal(name, 'a stage is named by one word of a-z0-9_', name);
    const isEndless = steps === undefined && index === entries.length - 1;
    if (!isEndless && !(Number.isSafeInteger(steps) && steps! >= 1)) {
      throw refusal(
        name,
        'a stage takes a whole number of steps, at least 1; the last may leave it out',
        steps,
      );
    }
    const stage = { trainStep, from, until: from + (steps ?? Number.POSITIVE_INFINITY) };
    from = stage.until;
    return stage;
  });
}

/** The phase inside its stage's window, with the steps of its own counted from there. */
function placePhase(phase: Phase, { from, until }: PlacedStage): Phase {
  const { offset = 0, fromStep = 0, untilStep = Number.POSITIVE_INFINITY } = phase;
  return {
    ...phase,
    offset: offset + from,
    fromStep: from + fromStep,
    untilStep: Math.min(until, from + untilStep),
    // An estimate of memory runs every phase, also ahead of its time.
    run: (batch, context) => phase.run(batch, { ...context, step: Math.max(0, context.step - from) }),
  };
}

function refusal(where: string, what: string, got: unknown): TintypeError {
  return new TintypeError('E_CONFIG', { where: `joinTrainSteps: ${where}`, what, got });
}
