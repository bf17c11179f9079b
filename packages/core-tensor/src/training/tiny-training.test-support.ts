import { TintypeError, tf } from '@tintype/backend';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { ParameterTree } from '../parameters/parameter-tree.ts';
import { createTrainState } from './create-train-state.ts';
import type { StatePart, TrainState } from './train-state.ts';
import type { Batch, BatchSource, TrainStep } from './train-step.ts';

export interface TinyOptions {
  readonly learningRate?: number;
  /** The batch of this step holds a NaN. */
  readonly poisonedStep?: number;
}

export interface TinyTraining {
  readonly trainStep: TrainStep;
  readonly batches: BatchSource;
  readonly weight: tf.Variable;
  dispose(): void;
}

/** y = x · w with momentum and a little noise of its own: the smallest training that needs all of its state. */
export function createTinyTraining({ learningRate = 0.05, poisonedStep }: TinyOptions = {}): TinyTraining {
  const weight = tf.tidy(() => tf.variable(tf.tensor2d([0.5, -0.25, 0.125], [3, 1])));
  const parameters: ParameterTree = new Map([
    ['linear.weight', { variable: weight, isTrainable: true, layout: 'linear' }],
  ]);
  const momentum = createMomentum(weight, learningRate);
  const state = createTrainState({ parameters, optimizers: { sgd: momentum } });

  const trainStep: TrainStep = {
    phases: [
      {
        name: 'regression',
        interval: 1,
        run: (batch, { rng }) => {
          const noise = rng.normal<tf.Rank.R2>([3, 1], 0, 0.01);
          const loss = () => tf.losses.meanSquaredError(batch.y!, tf.matMul(batch.x!, weight)) as tf.Scalar;
          const { value, grads } = tf.variableGrads(loss, [weight]);
          momentum.step({ 'linear.weight': grads[weight.name]!.add(noise) });
          return { total: value, gradientNorm: grads[weight.name]!.norm() as tf.Scalar };
        },
      },
    ],
    state,
    dispose: () => momentum.dispose(),
  };
  return {
    trainStep,
    batches: { batch: (step) => tinyBatch(step, step === poisonedStep) },
    weight,
    dispose: () => {
      trainStep.dispose();
      weight.dispose();
    },
  };
}

function tinyBatch(step: number, isPoisoned: boolean): Batch {
  return tf.tidy(() => {
    const x = tf.tensor2d(
      Array.from({ length: 12 }, (_, i) => Math.sin(step * 12 + i + 1)),
      [4, 3],
    );
    const y = tf.matMul(x, tf.tensor2d([1, -2, 3], [3, 1]));
    return { x, y: isPoisoned ? y.mul(Number.NaN) : y };
  });
}

function createMomentum(weight: tf.Variable, learningRate: number): Optimizer {
  const velocity = tf.tidy(() => tf.variable(tf.zerosLike(weight)));
  let updates = 0;
  const state: StatePart = {
    tensors: () => new Map([['linear.weight/velocity', { tensor: velocity, layout: 'linear' as const }]]),
    values: () => ({ updates }),
    restore: (tensors, values) => {
      const kept = tensors.get('linear.weight/velocity');
      const count = values.updates;
      if (!kept || tensors.size !== 1 || typeof count !== 'number')
        throw new TintypeError('E_CHECKPOINT_MISMATCH', { what: 'incomplete momentum' });
      velocity.assign(kept);
      updates = count;
    },
  };
  return {
    step: (gradients) =>
      tf.tidy(() => {
        updates += 1;
        velocity.assign(velocity.mul(0.9).add(gradients['linear.weight']!));
        weight.assign(weight.sub(velocity.mul(learningRate / (1 + updates / 1000))));
      }),
    learningRate,
    state,
    dispose: () => velocity.dispose(),
  };
}

/** What a checkpoint of this state would hold, in a form that tests can compare. */
export function stateBytes(state: TrainState): Record<string, number[] | string> {
  const tensors = [...state.tensors()].map(([name, { tensor }]) => [name, [...tensor.dataSync()]] as const);
  return { ...Object.fromEntries(tensors), values: JSON.stringify(state.values()) };
}
