import { tf } from '@tintype/backend';
import { expect } from 'vitest';
import type { RandomStream } from '../random/random-stream.ts';
import { restoreSnapshot, type StateSnapshot, takeSnapshot } from '../training/state-snapshot.ts';
import { trainLoop } from '../training/train-loop.ts';
import type { TrainLoopOptions } from '../training/train-loop-options.ts';
import type { JsonValue } from '../training/train-state.ts';
import type { BatchSource, TrainStep } from '../training/train-step.ts';

/** A system ready to train, fresh from its seed. */
export interface TrainableSystem {
  readonly trainStep: TrainStep;
  readonly batches: BatchSource;
  readonly rng: RandomStream;
  /** Frees the train step, the model and the data. May be called twice. */
  dispose(): void;
}

export type CreateSystem = () => TrainableSystem | Promise<TrainableSystem>;

type Curve = [step: number, name: string, value: number][];

/** The same seed gives the same losses and the same state, bit for bit. */
export async function assertReproducible(create: CreateSystem, steps: number): Promise<void> {
  const runs: { curve: Curve; state: StateSnapshot }[] = [];
  for (let run = 0; run < 2; run++) {
    await using(create, async (system) => {
      const curve = await train(system, { steps });
      runs.push({ curve, state: await takeSnapshot(system.trainStep.state) });
    });
  }
  expect(runs[0]!.curve.length, 'the train step reports no scalar').toBeGreaterThan(0);
  expect(runs[1]!.curve).toEqual(runs[0]!.curve);
  expectSameBits(runs[1]!.state, runs[0]!.state);
}

/** Training N steps, saving, restoring into a fresh system and N more equals 2N straight, bit for bit. */
export async function assertResumesExactly(create: CreateSystem, steps: number): Promise<void> {
  const straight = await using(create, async (system) => {
    const curve = await train(system, { steps: 2 * steps });
    return { curve, state: await takeSnapshot(system.trainStep.state) };
  });
  const saved = await using(create, async (system) => {
    await train(system, { steps });
    return takeSnapshot(system.trainStep.state);
  });
  await using(create, async (system) => {
    restoreSnapshot(system.trainStep.state, saved);
    expectSameBits(await takeSnapshot(system.trainStep.state), saved);
    const curve = await train(system, { steps: 2 * steps, startStep: steps });
    expect(curve).toEqual(straight.curve.filter(([step]) => step > steps));
    expectSameBits(await takeSnapshot(system.trainStep.state), straight.state);
  });
}

/** A checkpoint that lacks any one tensor or value, or holds one too many, is refused and changes nothing. */
export async function assertRefusesIncompleteState(create: CreateSystem, steps: number): Promise<void> {
  const saved = await using(create, async (system) => {
    await train(system, { steps });
    return takeSnapshot(system.trainStep.state);
  });
  await using(create, async ({ trainStep: { state } }) => {
    const before = await takeSnapshot(state);
    const refused = (snapshot: StateSnapshot, what: string) =>
      expect(() => restoreSnapshot(state, snapshot), what).toThrow(
        expect.objectContaining({ code: 'E_CHECKPOINT_MISMATCH' }),
      );
    for (const name of saved.tensors.keys()) {
      const tensors = new Map([...saved.tensors].filter(([each]) => each !== name));
      refused({ ...saved, tensors }, `restoring without the tensor ${name}`);
    }
    for (const path of leafPaths(saved.values)) {
      refused(
        { ...saved, values: without(saved.values, path) },
        `restoring without the value ${path.join('.')}`,
      );
    }
    const [name, tensor] = [...saved.tensors][0]!;
    refused(
      { ...saved, tensors: new Map([...saved.tensors, [`${name}.more`, tensor]]) },
      'restoring one more',
    );
    expectSameBits(await takeSnapshot(state), before);
    restoreSnapshot(state, saved);
    expectSameBits(await takeSnapshot(state), saved);
  });
}

/** After first steps that may create state, no step leaves a tensor behind; dispose frees everything, twice as well. */
export async function assertFreesTensors(
  create: CreateSystem,
  steps: number,
  settlingSteps = 1,
): Promise<void> {
  await using(create, (system) => train(system, { steps: 1 }));
  const before = tf.memory().numTensors;
  await using(create, async (system) => {
    const counts: number[] = [];
    const options = { steps, logEvery: 1, rng: system.rng };
    for await (const _ of trainLoop(system.trainStep, system.batches, options)) {
      counts.push(tf.memory().numTensors);
    }
    const settled = counts.slice(settlingSteps);
    expect(settled, 'tensors after each step').toEqual(settled.map(() => counts.at(-1)));
    system.dispose();
    expect(tf.memory().numTensors - before, 'tensors left after dispose').toBe(0);
    await expect(train(system, { steps })).rejects.toMatchObject({ code: 'E_DISPOSED' });
  });
  expect(tf.memory().numTensors - before, 'tensors left after a refused training').toBe(0);
}

/** Aborting between steps saves a state from which training goes on as if nothing had happened. */
export async function assertAbortsCleanly(create: CreateSystem, steps: number): Promise<void> {
  const straight = await using(create, async (system) => {
    await train(system, { steps: steps + 1 });
    return takeSnapshot(system.trainStep.state);
  });
  let saved: { step: number; state: StateSnapshot } | undefined;
  await using(create, async (system) => {
    const controller = new AbortController();
    const save: NonNullable<TrainLoopOptions['checkpoints']>['save'] = async (step, state) => {
      saved = { step, state: await takeSnapshot(state) };
      return `step-${step}`;
    };
    const abortAt = (step: number) => {
      if (step === steps) controller.abort();
    };
    const run = train(
      system,
      { steps: 100 * steps, signal: controller.signal, checkpoints: { save } },
      abortAt,
    );
    await expect(run).rejects.toMatchObject({ code: 'E_ABORTED' });
  });
  expect(saved?.step).toBe(steps);
  await using(create, async (system) => {
    restoreSnapshot(system.trainStep.state, saved!.state);
    await train(system, { steps: steps + 1, startStep: steps });
    expectSameBits(await takeSnapshot(system.trainStep.state), straight);
  });
}

/** A batch of NaN ends the training with an error that names the step and a term. */
export async function assertNamesNonFinite(create: CreateSystem): Promise<void> {
  await using(create, async (system) => {
    const batches: BatchSource = {
      batch: async (step, request) => {
        const batch = await system.batches.batch(step, request);
        return step === 1 ? poisoned(batch) : batch;
      },
    };
    const run = train({ ...system, batches }, { steps: 20 });
    await expect(run).rejects.toMatchObject({ code: 'E_NON_FINITE' });
    await expect(run).rejects.toThrow(/step \d+, phase .+, term .+/);
  });
}

async function using<T>(create: CreateSystem, use: (system: TrainableSystem) => Promise<T>): Promise<T> {
  const system = await create();
  try {
    return await use(system);
  } finally {
    system.dispose();
  }
}

async function train(
  { trainStep, batches, rng }: TrainableSystem,
  options: Omit<TrainLoopOptions, 'rng'>,
  afterStep: (step: number) => void = () => {},
): Promise<Curve> {
  const curve: Curve = [];
  for await (const event of trainLoop(trainStep, batches, { logEvery: 1, ...options, rng })) {
    if (event.type !== 'metrics') continue;
    for (const [name, value] of Object.entries(event.values)) curve.push([event.step, name, value]);
    afterStep(event.step);
  }
  return curve;
}

function poisoned(batch: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
  const poison = (tensor: tf.Tensor) => {
    if (tensor.dtype !== 'float32') return tensor;
    const bad = tf.fill(tensor.shape, Number.NaN);
    tensor.dispose();
    return bad;
  };
  return Object.fromEntries(Object.entries(batch).map(([name, tensor]) => [name, poison(tensor)]));
}

function expectSameBits(actual: StateSnapshot, expected: StateSnapshot): void {
  expect([...actual.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
  const differing = [...expected.tensors].filter(
    ([name, { data }]) => !sameBytes(actual.tensors.get(name)!.data, data),
  );
  expect(
    differing.map(([name]) => name),
    'tensors whose bits differ',
  ).toEqual([]);
  expect(actual.values).toEqual(expected.values);
}

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [left, right] = [a, b].map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return left!.length === right!.length && left!.every((byte, i) => byte === right![i]);
}

type Values = { readonly [key: string]: JsonValue };

function isRecord(value: JsonValue | undefined): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function leafPaths(values: Values, path: readonly string[] = []): string[][] {
  return Object.entries(values).flatMap(([key, value]) =>
    isRecord(value) && Object.keys(value).length > 0 ? leafPaths(value, [...path, key]) : [[...path, key]],
  );
}

function without(values: Values, [key, ...rest]: readonly string[]): Values {
  const { [key!]: value, ...others } = values;
  return rest.length === 0 || !isRecord(value) ? others : { ...others, [key!]: without(value, rest) };
}
