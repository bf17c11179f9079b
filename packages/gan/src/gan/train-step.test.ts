import { createAdam, type Phase, type RandomStream, selectParameters, tf } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { hinge } from '../objectives/hinge.ts';
import type { Gan } from './gan.ts';
import { createTinyGan, tinyGanConfig, tinyGanWithR1Config } from './tiny-gan.test-support.ts';
import { createGanTrainStep } from './train-step.ts';

describeTrainStep('GAN', () => createTinyGan(tinyGanConfig));
describeTrainStep('GAN', () => createTinyGan(tinyGanConfig), {
  backends: ['webgpu'],
  steps: 2,
  leakSteps: 4,
});
describeTrainStep('GAN with R1 and hinge loss', () =>
  createTinyGan(tinyGanWithR1Config, { objective: hinge }),
);

describeOnBackends('createGanTrainStep', () => {
  test('phases run discriminator, lazy R1, generator; R1 only where it is asked for', () => {
    const plain = createTinyGan(tinyGanConfig);
    const regularized = createTinyGan(tinyGanWithR1Config);
    expect(plain.trainStep.phases.map(({ name }) => name)).toEqual(['discriminator', 'generator']);
    expect(regularized.trainStep.phases.map(({ name, interval }) => [name, interval])).toEqual([
      ['discriminator', 1],
      ['r1', 2],
      ['generator', 1],
    ]);
    plain.dispose();
    regularized.dispose();
  });

  test.each([
    ['discriminator', 'generator'],
    ['r1', 'generator'],
    ['generator', 'discriminator'],
  ])('the %s phase moves its own weights and leaves those of the %s alone', (phaseName, frozen) => {
    const system = createTinyGan(phaseName === 'r1' ? tinyGanWithR1Config : tinyGanConfig);
    const before = readTrainable(system.model);
    runPhase(system, phaseName, 0);
    const moved = [...readTrainable(system.model)].filter(([name, text]) => before.get(name) !== text);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.filter(([name]) => name.startsWith(`${frozen}.`))).toEqual([]);
    system.dispose();
  });

  test('latents differ between steps and lone phases, and agree between runs of one seed', () => {
    const draws = () => {
      const system = createTinyGan(tinyGanConfig);
      const seen: string[] = [];
      const { generator } = system.model;
      const watched: Gan = {
        ...system.model,
        generator(latents, mode) {
          seen.push(latents.dataSync().join());
          return generator(latents, mode);
        },
      };
      const optimizers = {
        generator: createAdam(selectParameters(watched.parameters, 'generator'), { learningRate: 1e-4 }),
        discriminator: createAdam(selectParameters(watched.parameters, 'discriminator'), {
          learningRate: 1e-4,
        }),
      };
      const trainStep = createGanTrainStep(watched, optimizers);
      for (const step of [0, 1]) {
        for (const phase of trainStep.phases) runPhase({ ...system, trainStep }, phase.name, step);
      }
      trainStep.dispose();
      system.dispose();
      return seen;
    };
    const first = draws();
    expect(first.length).toBe(4);
    expect(new Set(first).size).toBe(4);
    expect(draws()).toEqual(first);
  });

  test('the discriminator tells noise from the generator after some steps, and not where it learns nothing', () => {
    const accuracy = (learns: boolean) => {
      const system = createTinyGan(tinyGanConfig);
      const optimizers = {
        generator: createAdam(selectParameters(system.model.parameters, 'generator'), { learningRate: 1e-9 }),
        discriminator: createAdam(selectParameters(system.model.parameters, 'discriminator'), {
          learningRate: learns ? 1e-2 : 1e-9,
        }),
      };
      const trainStep = createGanTrainStep(system.model, optimizers);
      let last = { real: 0, fake: 0 };
      for (let step = 0; step < 25; step++) {
        const values = runPhase({ ...system, trainStep }, 'discriminator', step);
        last = { real: values.realAccuracy!, fake: values.fakeAccuracy! };
      }
      trainStep.dispose();
      system.dispose();
      return (last.real + last.fake) / 2;
    };
    expect(accuracy(true)).toBe(1);
    expect(accuracy(false)).toBeLessThan(1);
  });
});

interface Running {
  readonly trainStep: { readonly phases: readonly Phase[] };
  readonly batches: { batch(step: number): { images: tf.Tensor4D } };
  readonly rng: RandomStream;
}

function runPhase({ trainStep, batches, rng }: Running, name: string, step: number): Record<string, number> {
  const phase = trainStep.phases.find((each) => each.name === name)!;
  const batch = batches.batch(step);
  const shared = new Map<string, unknown>();
  const scalars = tf.tidy(() => ({
    ...phase.run(batch, { step, rng: rng.fork('train').fork(name).fork(step), shared }),
  }));
  for (const value of shared.values()) (value as { dispose(): void }).dispose();
  const values = Object.fromEntries(
    Object.entries(scalars).map(([key, value]) => [key, value.dataSync()[0]!]),
  );
  tf.dispose([batch, scalars] as tf.TensorContainer[]);
  return values;
}

function readTrainable({ parameters }: Gan): Map<string, string> {
  return new Map(
    [...parameters]
      .filter(([, { isTrainable }]) => isTrainable)
      .map(([name, { variable }]) => [name, variable.dataSync().join()]),
  );
}
