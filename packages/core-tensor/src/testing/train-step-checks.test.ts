import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { createTinyTraining } from '../training/tiny-training.test-support.ts';
import {
  assertAbortsCleanly,
  assertFreesTensors,
  assertNamesNonFinite,
  assertRefusesIncompleteState,
  assertReproducible,
  assertResumesExactly,
  type CreateSystem,
  type TrainableSystem,
} from './train-step-checks.ts';

const create = (): TrainableSystem => ({ ...createTinyTraining(), rng: createRandomStream(1) });

/** The tiny training with one thing changed. */
const broken =
  (change: (system: TrainableSystem) => Partial<TrainableSystem>): CreateSystem =>
  () => {
    const system = create();
    return { ...system, ...change(system) };
  };

describeOnBackends('the checks of a train step', () => {
  test('a sound one passes all', async () => {
    await assertReproducible(create, 3);
    await assertResumesExactly(create, 3);
    await assertRefusesIncompleteState(create, 2);
    await assertFreesTensors(create, 5);
    await assertAbortsCleanly(create, 3);
    await assertNamesNonFinite(create);
  });

  test('noise that nobody seeded is found', async () => {
    let calls = 0;
    const unseeded = broken(() => ({ rng: createRandomStream(`call ${calls++}`) }));
    await expect(assertReproducible(unseeded, 2)).rejects.toThrow();
  });

  test('state that is not saved is found', async () => {
    const forgetful = broken(({ trainStep }) => {
      const { state } = trainStep;
      const model = () => new Map([...state.tensors()].filter(([name]) => name.startsWith('model/')));
      const restore: typeof state.restore = (tensors, values) => {
        const fresh = [...state.tensors()].map(([name, { tensor }]) => [name, tensor] as const);
        state.restore(new Map([...fresh, ...tensors]), { ...state.values(), ...values });
      };
      return { trainStep: { ...trainStep, state: { tensors: model, values: () => ({}), restore } } };
    });
    await expect(assertResumesExactly(forgetful, 3)).rejects.toThrow();
    await expect(assertRefusesIncompleteState(forgetful, 2)).rejects.toThrow();
  });

  test('a tensor left behind by each step is found', async () => {
    const leaked: tf.Tensor[] = [];
    const leaky = broken(({ trainStep }) => ({
      trainStep: {
        ...trainStep,
        phases: trainStep.phases.map((phase) => ({
          ...phase,
          run: (batch, context) => {
            leaked.push(tf.keep(tf.scalar(1)));
            return phase.run(batch, context);
          },
        })),
      },
    }));
    await expect(assertFreesTensors(leaky, 4)).rejects.toThrow();
    tf.dispose(leaked);
  });

  test('a dispose that forgets something is found', async () => {
    const forgotten = tf.ones([1]);
    const half = broken(() => {
      const extra = tf.variable(forgotten);
      return { dispose: () => void extra };
    });
    await expect(assertFreesTensors(half, 2)).rejects.toThrow();
    tf.disposeVariables();
    forgotten.dispose();
  });

  test('losses that hide a NaN are found', async () => {
    const hiding = broken(({ trainStep }) => ({
      trainStep: {
        ...trainStep,
        phases: trainStep.phases.map((phase) => ({ ...phase, run: () => ({ total: tf.scalar(1) }) })),
      },
    }));
    await expect(assertNamesNonFinite(hiding)).rejects.toThrow();
  });
});
