import { type Batch, type Phase, type TrainStep, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends, describeTrainStep } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { leastSquares } from '../objectives/least-squares.ts';
import { wasserstein } from '../objectives/wasserstein.ts';
import type { GanConfig } from './config.ts';
import { createTinyGan, tinyGanConfig, tinyGanWithR1Config } from './tiny-gan.test-support.ts';
import type { GanTrainOptions } from './train-options.ts';

const plainConfig: GanConfig = { ...tinyGanConfig, discriminatorNorm: 'none' };

describeTrainStep('GAN whose generator runs twice a step', () =>
  createTinyGan(tinyGanConfig, { reusesFakes: false }),
);
describeTrainStep('GAN of three discriminator steps', () =>
  createTinyGan(plainConfig, { discriminatorSteps: 3, objective: wasserstein }),
);
describeTrainStep('GAN in slices', () => createTinyGan(tinyGanConfig, { accumulate: 2 }));

describeOnBackends('a GAN step that keeps the tape of its generator', () => {
  test('gives the bits of the form with two passes over the same latents', async () => {
    for (const config of [tinyGanConfig, tinyGanWithR1Config]) {
      const kept = await trained(createTinyGan(config));
      const twice = await trained(createTinyGan(config, { reusesFakes: false }), sameLatents);
      const others = await trained(createTinyGan(config, { reusesFakes: false }));
      expect(differing(kept, twice)).toEqual([]);
      expect(differing(kept, others).length).toBeGreaterThan(4);
      // The running statistics of the generator move once for each of its passes.
      const passes = 'model/generator.norm1.num_batches_tracked';
      expect([kept.get(passes), twice.get(passes)]).toEqual(['3', '6']);
    }
  });

  test('slices reuse the latents, and give the numbers of the whole batch where nothing is normalised by it', async () => {
    const run = (options: GanTrainOptions) =>
      gradientsOfStep(plainConfig, { objective: leastSquares, ...options });
    const [whole, sliced, others] = [
      await run({}),
      await run({ accumulate: 3 }),
      await run({ reusesFakes: false }),
    ];
    const worst = (a: readonly number[], b: readonly number[]) =>
      Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / Math.max(...a.map(Math.abs));
    for (const [name, values] of whole) {
      expect(worst(values, sliced.get(name)!), name).toBeLessThan(1e-4);
    }
    const draws = await latentsSeen({ accumulate: 3 });
    expect(draws.slice(3)).toEqual(draws.slice(0, 3));
    expect(worst(whole.get('generator.up2.weight')!, others.get('generator.up2.weight')!)).toBeGreaterThan(
      1e-2,
    );
  });

  test('the generator runs once a step; twice where it draws its own latents; alone where no phase came before', async () => {
    expect(await latentsSeen({})).toHaveLength(1);
    const own = await latentsSeen({ reusesFakes: false });
    expect(own).toHaveLength(2);
    expect(own[0]).not.toBe(own[1]);
    const onlyGenerator = await latentsSeen({}, (phases) =>
      phases.filter(({ name }) => name === 'generator'),
    );
    expect(onlyGenerator).toHaveLength(1);
  });

  test('with three discriminator steps the generator moves in the first, on latents of its own', async () => {
    const step = createTinyGan(plainConfig, { discriminatorSteps: 3 });
    expect(step.trainStep.phases.map(({ interval }) => interval)).toEqual([1, 3]);
    step.dispose();
    const draws = await latentsSeen({ discriminatorSteps: 3 }, undefined, 6);
    expect(draws).toHaveLength(8);
    expect(new Set(draws).size).toBe(8);
    const reused = await latentsSeen({ discriminatorSteps: 3, reusesFakes: true }, undefined, 6);
    expect(reused).toHaveLength(6);
  });

  test('the tape is freed where the generator phase throws, is missing, or never comes', async () => {
    const breakdown = (phases: readonly Phase[]) =>
      phases.map((phase) => (phase.name === 'generator' ? { ...phase, run: fail } : phase));
    const without = (phases: readonly Phase[]) => phases.filter(({ name }) => name !== 'generator');
    for (const change of [breakdown, without]) {
      const system = createTinyGan(tinyGanConfig);
      await runSteps(change(system.trainStep.phases), system, 1).catch(() => undefined);
      const before = tf.memory().numTensors;
      await runSteps(change(system.trainStep.phases), system, 1).catch(() => undefined);
      expect(tf.memory().numTensors).toBe(before);
      system.dispose();
    }
  });

  test('no gradient is computed that nobody uses', async () => {
    // Each network has two convolutions; those of the generator are transposed: forward is BackpropInput.
    const forwardD = { Conv2D: 2, Conv2DBackpropInput: 0, Conv2DBackpropFilter: 0 };
    // Backwards through the discriminator's weights: both filters, and the input of the second convolution only.
    const weightsOfD = { Conv2D: 0, Conv2DBackpropInput: 1, Conv2DBackpropFilter: 2 };
    const forwardG = { Conv2D: 0, Conv2DBackpropInput: 2, Conv2DBackpropFilter: 0 };
    const throughD = { Conv2D: 0, Conv2DBackpropInput: 2, Conv2DBackpropFilter: 0 };
    const weightsOfG = { Conv2D: 2, Conv2DBackpropInput: 0, Conv2DBackpropFilter: 2 };
    const discriminator = sum(forwardG, forwardD, forwardD, weightsOfD, weightsOfD);
    const generator = sum(forwardD, throughD, weightsOfG);
    expect(await convolutions({})).toEqual({ discriminator, generator });
    expect(await convolutions({ reusesFakes: false })).toEqual({
      discriminator,
      generator: sum(generator, forwardG),
    });
    // A step that differentiates by the weights of both networks, and by its images, is seen.
    expect(await wastefulConvolutions()).toEqual(
      sum(forwardD, forwardG, throughD, weightsOfG, {
        Conv2D: 0,
        Conv2DBackpropInput: 0,
        Conv2DBackpropFilter: 2,
      }),
    );
  });

  test('impossible options are refused', () => {
    for (const options of [{ discriminatorSteps: 0 }, { discriminatorSteps: 1.5 }, { accumulate: 0 }]) {
      expect(() => createTinyGan(tinyGanConfig, options)).toThrow(
        expect.objectContaining({ code: 'E_CONFIG' }),
      );
    }
  });
});

type System = ReturnType<typeof createTinyGan>;

function fail(): never {
  throw new Error('broken');
}

/** The generator phase draws from the discriminator phase's stream. */
function sameLatents({ rng }: System, phases: readonly Phase[]): readonly Phase[] {
  return phases.map((phase) => ({
    ...phase,
    run: (batch, context) =>
      phase.run(batch, { ...context, rng: rng.fork('train').fork('discriminator').fork(context.step) }),
  }));
}

async function runSteps(phases: readonly Phase[], system: System, steps: number): Promise<void> {
  const trainStep: TrainStep = { ...system.trainStep, phases };
  for await (const _ of trainLoop(trainStep, system.batches, { steps, rng: system.rng })) {
    // Only the state matters.
  }
}

/** All of the state after three steps, as text that shows every bit. */
async function trained(
  system: System,
  change: (system: System, phases: readonly Phase[]) => readonly Phase[] = (_, phases) => phases,
): Promise<Map<string, string>> {
  await runSteps(change(system, system.trainStep.phases), system, 3);
  const state = new Map(
    [...system.trainStep.state.tensors()].map(([name, { tensor }]) => [name, tensor.dataSync().join()]),
  );
  system.dispose();
  return state;
}

function differing(a: Map<string, string>, b: Map<string, string>): string[] {
  const isStatistic = /generator\.norm\d\.(running|num)/;
  return [...a.keys()].filter((name) => !isStatistic.test(name) && a.get(name) !== b.get(name));
}

/** What one step hands to the optimisers, by parameter; no batch statistics are used. */
async function gradientsOfStep(config: GanConfig, options: GanTrainOptions): Promise<Map<string, number[]>> {
  const system = createTinyGan(config, options, (model) => ({
    ...model,
    generator: (latents) => model.generator(latents, { isTraining: false }),
  }));
  const before = read(system);
  await runSteps(system.trainStep.phases, system, 1);
  const after = [...system.trainStep.state.tensors()].filter(([name]) => name.endsWith('/exp_avg'));
  const gradients = new Map(
    after.map(([name, { tensor }]) => [name.split('/')[2]!, [...tensor.dataSync()] as number[]] as const),
  );
  expect(before).not.toEqual(read(system));
  system.dispose();
  return gradients;
}

function read({ model }: System): string {
  return [...model.parameters.values()].map(({ variable }) => variable.dataSync().join()).join(';');
}

async function latentsSeen(
  options: GanTrainOptions,
  change: (phases: readonly Phase[]) => readonly Phase[] = (phases) => phases,
  steps = 1,
): Promise<string[]> {
  const seen: string[] = [];
  const system = createTinyGan(tinyGanConfig, options, (model) => ({
    ...model,
    generator(latents, mode) {
      seen.push(latents.dataSync().join());
      return model.generator(latents, mode);
    },
  }));
  await runSteps(change(system.trainStep.phases), system, steps);
  system.dispose();
  return seen;
}

const kernelNames = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'] as const;
type Counts = Record<(typeof kernelNames)[number], number>;

function sum(...counts: readonly Counts[]): Counts {
  const totals = kernelNames.map((name) => [name, counts.reduce((total, each) => total + each[name], 0)]);
  return Object.fromEntries(totals) as Counts;
}

async function countConvolutions(run: () => void): Promise<Counts> {
  const { kernels } = await tf.profile(() => {
    run();
    return [];
  });
  // On the engine a convolution and its bias are one kernel.
  const nameOf = (kernel: { name: string }) => kernel.name.replace(/^Tintype(.*)WithBias$/, '$1');
  const count = (name: string) => kernels.filter((kernel) => nameOf(kernel) === name).length;
  return Object.fromEntries(kernelNames.map((name) => [name, count(name)])) as Counts;
}

/** Convolution kernels that each phase of one step calls. */
async function convolutions(options: GanTrainOptions): Promise<Record<string, Counts>> {
  const system = createTinyGan(tinyGanConfig, options);
  const counts: Record<string, Counts> = {};
  const shared = new Map<string, unknown>();
  const batch = system.batches.batch(0) as Batch;
  for (const phase of system.trainStep.phases) {
    const rng = system.rng.fork(phase.name);
    counts[phase.name] = await countConvolutions(() =>
      tf.dispose(phase.run(batch, { step: 0, rng, shared })),
    );
  }
  tf.dispose(batch as tf.TensorContainer);
  system.dispose();
  return counts;
}

async function wastefulConvolutions(): Promise<Counts> {
  const { model, batches, dispose } = createTinyGan(tinyGanConfig);
  const { images } = batches.batch(0);
  const variables = [...model.parameters.values()]
    .filter(({ isTrainable }) => isTrainable)
    .map((e) => e.variable);
  const latents = tf.ones<tf.Rank.R2>([5, 4]);
  const loss = () =>
    model
      .discriminator(model.generator(latents, { isTraining: true }), { isTraining: true })
      .sum() as tf.Scalar;
  const counts = await countConvolutions(() => tf.tidy(() => void tf.variableGrads(loss, variables)));
  tf.dispose([images, latents]);
  dispose();
  return counts;
}
