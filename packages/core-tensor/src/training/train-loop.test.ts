import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { restoreSnapshot, type StateSnapshot, takeSnapshot } from './state-snapshot.ts';
import { createTinyTraining, stateBytes } from './tiny-training.test-support.ts';
import type { TrainEvent } from './train-event.ts';
import { trainLoop } from './train-loop.ts';
import type { CheckpointSink, TrainLoopOptions } from './train-loop-options.ts';
import type { Phase, TrainStep } from './train-step.ts';

const rng = createRandomStream(1);

interface Keeper extends CheckpointSink {
  readonly saved: Map<number, StateSnapshot>;
}

function createKeeper(): Keeper {
  const saved = new Map<number, StateSnapshot>();
  return {
    saved,
    save: async (step, state) => {
      saved.set(step, await takeSnapshot(state));
      return `step-${step}`;
    },
  };
}

async function collect(events: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const all: TrainEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

function train(
  tiny: ReturnType<typeof createTinyTraining>,
  options: Partial<TrainLoopOptions> & { steps: number },
) {
  return trainLoop(tiny.trainStep, tiny.batches, { rng, ...options });
}

/** A train step of phases that only say that they ran. */
function logged(log: string[], phases: readonly Omit<Phase, 'run'>[]): TrainStep {
  return {
    phases: phases.map((phase) => ({
      ...phase,
      run: (_batch, { step }) => {
        log.push(`${phase.name}@${step}`);
        return { loss: tf.scalar(step) };
      },
    })),
    state: { tensors: () => new Map(), values: () => ({}), restore: () => {} },
    dispose: () => {},
  };
}

const noBatches = { batch: () => ({}) };

describeOnBackends('trainLoop', () => {
  test('runs the due phases in their order, with intervals and offsets', async () => {
    const log: string[] = [];
    const step = logged(log, [
      { name: 'd', interval: 1 },
      { name: 'g', interval: 2, offset: 1 },
      { name: 'r1', interval: 3 },
    ]);
    await collect(trainLoop(step, noBatches, { steps: 4, rng }));
    expect(log).toEqual(['d@0', 'r1@0', 'd@1', 'g@1', 'd@2', 'd@3', 'g@3', 'r1@3']);
  });

  test('a phase takes part from and until the steps it names', async () => {
    const log: string[] = [];
    const step = logged(log, [
      { name: 'first', interval: 1, untilStep: 2 },
      { name: 'second', interval: 2, fromStep: 2 },
    ]);
    await collect(trainLoop(step, noBatches, { steps: 5, rng }));
    expect(log).toEqual(['first@0', 'first@1', 'second@2', 'second@4']);
  });

  test('events come as metrics, verdicts, checkpoint, preview, and the last step has them all', async () => {
    const tiny = createTinyTraining();
    const events = await collect(
      train(tiny, {
        steps: 6,
        logEvery: 2,
        checkpoints: createKeeper(),
        checkpointEvery: 4,
        preview: () => tf.zeros([1, 2, 2, 1]),
        previewEvery: 4,
        monitors: [
          {
            name: 'm',
            interval: 4,
            check: ({ step }) => ({ verdict: 'odd', evidence: { step }, advice: 'none' }),
          },
        ],
      }),
    );
    expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
      'metrics 2',
      'metrics 4',
      'verdict 4',
      'checkpoint 4',
      'preview 4',
      'metrics 6',
      'checkpoint 6',
      'preview 6',
    ]);
    const first = events[0]!;
    expect(first.type === 'metrics' && Object.keys(first.values)).toEqual(['total', 'gradientNorm']);
    expect(first.type === 'metrics' && first.stepsPerSecond).toBeGreaterThan(0);
    tiny.dispose();
  });

  test('scalars of several phases carry the name of their phase, lazy ones their last value', async () => {
    const step = logged(
      [],
      [
        { name: 'd', interval: 1 },
        { name: 'r1', interval: 4 },
      ],
    );
    const events = await collect(trainLoop(step, noBatches, { steps: 6, logEvery: 3, rng }));
    expect(events.map((event) => event.type === 'metrics' && event.values)).toEqual([
      { 'd/loss': 2, 'r1/loss': 0 },
      { 'd/loss': 5, 'r1/loss': 4 },
    ]);
  });

  test('monitors see the last readings, also at steps that are not logged, and the first of all', async () => {
    const seen: unknown[] = [];
    const step = logged([], [{ name: 'd', interval: 1 }]);
    const check = ({ values, firstValues }: { values: object; firstValues?: object }) => {
      seen.push([values, { ...firstValues }]);
      return undefined;
    };
    const monitors = [{ name: 'm', interval: 2, check }];
    await collect(trainLoop(step, noBatches, { steps: 4, logEvery: 4, rng, monitors }));
    expect(seen).toEqual([
      [{ loss: 1 }, { loss: 0 }],
      [{ loss: 3 }, { loss: 0 }],
    ]);
  });

  test('training 5 steps, saving, restoring into a fresh system and 5 more equals 10, bit for bit', async () => {
    const straight = createTinyTraining();
    await collect(train(straight, { steps: 10 }));
    const first = createTinyTraining();
    const keeper = createKeeper();
    await collect(train(first, { steps: 5, checkpoints: keeper }));
    const second = createTinyTraining();
    restoreSnapshot(second.trainStep.state, keeper.saved.get(5)!);
    await collect(train(second, { steps: 10, startStep: 5 }));
    expect(stateBytes(second.trainStep.state)).toEqual(stateBytes(straight.trainStep.state));

    const forgetful = createTinyTraining();
    forgetful.weight.assign(first.weight);
    await collect(train(forgetful, { steps: 10, startStep: 5 }));
    expect(stateBytes(forgetful.trainStep.state)).not.toEqual(stateBytes(straight.trainStep.state));
    for (const each of [straight, first, second, forgetful]) each.dispose();
  });

  test('an aborted signal stops it between steps, saves, and names the step', async () => {
    const tiny = createTinyTraining();
    const keeper = createKeeper();
    const controller = new AbortController();
    const run = train(tiny, { steps: 100, logEvery: 1, signal: controller.signal, checkpoints: keeper });
    const seen: string[] = [];
    const consume = async () => {
      for await (const { type, step } of run) {
        seen.push(`${type} ${step}`);
        if (step === 3) controller.abort();
      }
    };
    await expect(consume()).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect(seen).toEqual(['metrics 1', 'metrics 2', 'metrics 3', 'checkpoint 3']);
    expect([...keeper.saved.keys()]).toEqual([3]);
    tiny.dispose();
  });

  test('a signal that is aborted already lets no step run', async () => {
    const log: string[] = [];
    const step = logged(log, [{ name: 'd', interval: 1 }]);
    const run = collect(trainLoop(step, noBatches, { steps: 3, rng, signal: AbortSignal.abort() }));
    await expect(run).rejects.toMatchObject({ code: 'E_ABORTED', cause: { name: 'AbortError' } });
    expect(log).toEqual([]);
  });

  test('timers run while it trains', async () => {
    const tiny = createTinyTraining();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const run = collect(train(tiny, { steps: 1_000_000, signal: controller.signal }));
    await expect(run).rejects.toMatchObject({ code: 'E_ABORTED' });
    tiny.dispose();
  });

  test('NaN in a batch stops it within one check interval, with step, phase, term, tensor and rate', async () => {
    const tiny = createTinyTraining({ poisonedStep: 12 });
    const keeper = createKeeper();
    const run = collect(train(tiny, { steps: 40, checkpoints: keeper, checkpointEvery: 5 }));
    const error = await run.catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'E_NON_FINITE' });
    expect(String(error)).toContain('step 13, phase regression, term total');
    expect(String(error)).toContain('first non-finite parameter model/linear.weight');
    expect(String(error)).toContain('learning rate sgd 0.05');
    expect(String(error)).toContain('gradientNorm NaN');
    expect([...keeper.saved.keys()]).toEqual([5, 10]);
    tiny.dispose();
  });

  test('a learning rate of 1e30 is caught before anything non-finite is saved', async () => {
    const tiny = createTinyTraining({ learningRate: 1e30 });
    const keeper = createKeeper();
    const run = collect(train(tiny, { steps: 40, checkpoints: keeper, checkpointEvery: 1, checkEvery: 10 }));
    await expect(run).rejects.toMatchObject({ code: 'E_NON_FINITE' });
    for (const { tensors } of keeper.saved.values()) {
      for (const { data } of tensors.values()) expect([...data].every(Number.isFinite)).toBe(true);
    }
    tiny.dispose();
  });

  test.each(['skip', 'rollback'] as const)(
    '%s leaves a poisoned batch out and goes on',
    async (onNonFinite) => {
      const tiny = createTinyTraining({ poisonedStep: 12 });
      const events = await collect(train(tiny, { steps: 30, onNonFinite }));
      const verdicts = events.filter(({ type }) => type === 'verdict');
      expect(verdicts.map(({ step }) => step)).toEqual([onNonFinite === 'skip' ? 13 : 20]);
      expect([...tiny.weight.dataSync()].every(Number.isFinite)).toBe(true);
      expect(tiny.trainStep.state.values()['optimizer/sgd']).toEqual({
        updates: onNonFinite === 'skip' ? 29 : 20,
      });
      tiny.dispose();
    },
  );

  test('skipping gives up when every step goes wrong', async () => {
    const tiny = createTinyTraining({ learningRate: Number.POSITIVE_INFINITY });
    const run = collect(train(tiny, { steps: 40, onNonFinite: 'skip' }));
    await expect(run).rejects.toMatchObject({ code: 'E_NON_FINITE' });
    tiny.dispose();
  });

  test('a second loop on the same train step is refused while the first runs, and allowed afterwards', async () => {
    const tiny = createTinyTraining();
    const first = train(tiny, { steps: 4, logEvery: 2 });
    await first.next();
    await expect(collect(train(tiny, { steps: 2 }))).rejects.toMatchObject({ code: 'E_BUSY' });
    await first.return();
    expect((await collect(train(tiny, { steps: 2 }))).length).toBe(1);
    tiny.dispose();
  });

  test('a disposed training is refused', async () => {
    const tiny = createTinyTraining();
    tiny.dispose();
    await expect(collect(train(tiny, { steps: 2 }))).rejects.toMatchObject({ code: 'E_DISPOSED' });
  });

  test('impossible and misspelt options are named', async () => {
    const tiny = createTinyTraining();
    const wrong = { steps: 2, rng, logEevry: 3 } as unknown as TrainLoopOptions;
    await expect(collect(trainLoop(tiny.trainStep, tiny.batches, wrong))).rejects.toThrow(
      'The nearest is logEvery',
    );
    await expect(collect(train(tiny, { steps: 1.5 }))).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(collect(train(tiny, { steps: 2, startStep: 3 }))).rejects.toMatchObject({
      code: 'E_CONFIG',
    });
    tiny.dispose();
  });
});

describeOnBackends('trainLoop frees what it holds', () => {
  /** Tensors alive beyond those that a training owns, after `use` has had its way with a loop. */
  async function leftOver(
    use: (tiny: ReturnType<typeof createTinyTraining>) => Promise<unknown>,
  ): Promise<number> {
    const before = tf.memory().numTensors;
    const tiny = createTinyTraining();
    await use(tiny).catch(() => undefined);
    tiny.dispose();
    return tf.memory().numTensors - before;
  }

  test('over 1 000 steps the tensor count is flat', async () => {
    const counts = new Set<number>();
    const use = async (tiny: ReturnType<typeof createTinyTraining>) => {
      for await (const _ of train(tiny, { steps: 1000, logEvery: 10 })) counts.add(tf.memory().numTensors);
    };
    expect(await leftOver(use)).toBe(0);
    expect(counts.size).toBe(1);
  });

  test('when the consumer breaks out, or its code throws, in any event', async () => {
    for (const type of ['metrics', 'checkpoint', 'preview']) {
      const options = {
        steps: 9,
        logEvery: 3,
        checkpoints: createKeeper(),
        checkpointEvery: 3,
        preview: () => tf.zeros<tf.Rank.R4>([1, 2, 2, 1]),
        previewEvery: 3,
      };
      const breaking = async (tiny: ReturnType<typeof createTinyTraining>) => {
        for await (const event of train(tiny, options)) if (event.type === type) break;
      };
      const throwing = async (tiny: ReturnType<typeof createTinyTraining>) => {
        for await (const event of train(tiny, options)) if (event.type === type) throw new Error('consumer');
      };
      expect(await leftOver(breaking)).toBe(0);
      expect(await leftOver(throwing)).toBe(0);
    }
  });

  test('on abort, on NaN, and when a phase or a preview throws midway', async () => {
    expect(await leftOver((tiny) => collect(train(tiny, { steps: 9, signal: AbortSignal.abort() })))).toBe(0);
    expect(
      await leftOver((tiny) => collect(train(tiny, { steps: 99, preview: fail, previewEvery: 7 }))),
    ).toBe(0);
    const poisoned = createTinyTraining({ poisonedStep: 3 });
    const before = tf.memory().numTensors;
    await expect(collect(train(poisoned, { steps: 99 }))).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
    poisoned.dispose();

    const careless: TrainStep = {
      ...logged([], []),
      phases: [
        { name: 'a', interval: 1, run: () => ({ loss: tf.scalar(1) }) },
        {
          name: 'b',
          interval: 1,
          run: (_, { shared }) => {
            shared.set('tape', { images: tf.ones([2]) });
            tf.ones([3]);
            throw new Error('phase');
          },
        },
      ],
    };
    await expect(collect(trainLoop(careless, noBatches, { steps: 2, rng }))).rejects.toThrow('phase');
    expect(tf.memory().numTensors).toBe(before - 2);
  });

  test('what phases share lives for one step', async () => {
    const seen: boolean[] = [];
    const sharing: TrainStep = {
      ...logged([], []),
      phases: [
        {
          name: 'a',
          interval: 1,
          run: (_, { shared }) => {
            seen.push(shared.has('tape'));
            shared.set('tape', [tf.ones([2])]);
            return {};
          },
        },
        {
          name: 'b',
          interval: 1,
          run: (_, { shared }) => ({ loss: tf.sum((shared.get('tape') as tf.Tensor[])[0]!) as tf.Scalar }),
        },
      ],
    };
    const before = tf.memory().numTensors;
    const events = await collect(trainLoop(sharing, noBatches, { steps: 3, rng }));
    expect(events.at(-1)).toMatchObject({ values: { 'b/loss': 2 } });
    expect(seen).toEqual([false, false, false]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a preview that never settles is named, and its late tensor is freed', async () => {
    const before = tf.memory().numTensors;
    const tiny = createTinyTraining();
    let settle: (images: tf.Tensor4D) => void = fail;
    const late = new Promise<tf.Tensor4D>((resolve) => {
      settle = resolve;
    });
    const run = collect(train(tiny, { steps: 2, preview: () => late, callbackTimeoutMs: 20 }));
    await expect(run).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    await expect(run).rejects.toThrow('preview');
    settle(tf.zeros([1, 2, 2, 1]));
    await late;
    tiny.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

function fail(): never {
  throw new Error('preview');
}
