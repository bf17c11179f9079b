import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createCheckpoints, readCheckpoint } from '../checkpoint/checkpoints.ts';
import { loadWeights } from '../checkpoint/load-weights.ts';
import { createMemoryStorage } from '../checkpoint/memory-storage.ts';
import { createAdam } from '../optimizers/adam.ts';
import { computeGradients } from '../optimizers/compute-gradients.ts';
import { createEma } from '../optimizers/create-ema.ts';
import { createParameters } from '../parameters/create-parameters.ts';
import { normal } from '../parameters/initializers.ts';
import { joinParameters } from '../parameters/join-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { describeTrainStep } from '../testing/describe-train-step.ts';
import { createTrainState } from './create-train-state.ts';
import { joinTrainSteps } from './join-train-steps.ts';
import { takeSnapshot } from './state-snapshot.ts';
import { trainLoop } from './train-loop.ts';
import type { Phase, TrainStep } from './train-step.ts';

/** y = x · w with noise, its own Adam and its own average. */
function createStage(name: string) {
  const { scope, parameters, dispose } = createParameters(createRandomStream(1).fork(name));
  const weight = scope.create('weight', [3, 1], { initializer: normal(), layout: 'linear' });
  const optimizer = createAdam(parameters, { learningRate: 0.01 });
  const ema = createEma(parameters, { emaDecay: 0.5 });
  const phase: Phase = {
    name,
    interval: 1,
    run(batch, { rng, step }) {
      const target = batch
        .x!.sum(1, true)
        .add(rng.normal([4, 1]))
        .add(step);
      const loss = () => tf.losses.meanSquaredError(target, tf.matMul(batch.x!, weight)) as tf.Scalar;
      const { losses, gradients } = computeGradients(loss, parameters);
      optimizer.step(gradients);
      ema.update();
      return losses;
    },
  };
  const trainStep: TrainStep = {
    phases: [phase],
    state: createTrainState({ parameters, optimizers: { adam: optimizer }, ema }),
    dispose() {
      optimizer.dispose();
      ema.dispose();
    },
  };
  return { trainStep, parameters, dispose };
}

function createSystem(firstSteps: number, steps?: number) {
  const [first, second] = [createStage('first'), createStage('second')];
  const trainStep = joinTrainSteps({
    coder: { trainStep: first.trainStep, steps: firstSteps },
    prior: { trainStep: second.trainStep, ...(steps && { steps }) },
  });
  const rng = createRandomStream(2);
  return {
    trainStep,
    parameters: joinParameters({ coder: first.parameters, prior: second.parameters }),
    batches: { batch: (step: number) => ({ x: rng.fork('data').fork(step).normal([4, 3]) }) },
    rng,
    dispose() {
      trainStep.dispose();
      first.dispose();
      second.dispose();
    },
  };
}

// Resuming at step 3: before the second stage, and inside it.
const options = { backends: ['cpu'], settlingSteps: 5 } as const;
describeTrainStep('two stages, resumed in the first', () => createSystem(4), options);
describeTrainStep('two stages, resumed in the second', () => createSystem(2), options);

describeOnBackends(
  'joinTrainSteps',
  () => {
    test('one stage begins where the one before ends, and only the last goes on for ever', async () => {
      const system = createSystem(2, 3);
      const ran: string[] = [];
      for await (const event of trainLoop(system.trainStep, system.batches, {
        steps: 6,
        rng: system.rng,
        logEvery: 1,
      })) {
        if (event.type === 'metrics') ran.push(Object.keys(event.values).join());
      }
      expect(ran).toEqual(['first/total', 'first/total', 'second/total', 'second/total', 'second/total', '']);
      const { values, tensors } = await takeSnapshot(system.trainStep.state);
      expect(values.coder).toMatchObject({ 'optimizer/adam': { updates: 2 } });
      expect(values.prior).toMatchObject({ 'optimizer/adam': { updates: 3 } });
      expect([...tensors.keys()]).toContain('optimizer/prior.adam/weight/exp_avg');
      system.dispose();
    });

    test('a stage counts its steps, intervals and windows from its own beginning', async () => {
      const seen: string[] = [];
      const recording = (name: string, phase: Partial<Phase> = {}): TrainStep => ({
        phases: [
          {
            name,
            interval: 1,
            ...phase,
            run: (_, { step }) => {
              seen.push(`${name} ${step}`);
              return {};
            },
          },
        ],
        state: createTrainState({ parameters: new Map(), optimizers: {} }),
        batchRequest: (step) => ({ batchSize: step + 1 }),
        dispose: () => {},
      });
      const trainStep = joinTrainSteps({
        a: { trainStep: recording('a', { interval: 2, offset: 1 }), steps: 3 },
        b: { trainStep: recording('b', { interval: 2 }), steps: 4 },
        c: { trainStep: recording('c', { fromStep: 1, untilStep: 2 }) },
      });
      const asked: unknown[] = [];
      const batches = {
        batch: (_: number, request?: unknown) => {
          asked.push(request);
          return {};
        },
      };
      for await (const _ of trainLoop(trainStep, batches, { steps: 10, rng: createRandomStream(1) })) {
      }
      expect(seen).toEqual(['a 1', 'b 0', 'b 2', 'c 1']);
      expect(asked).toEqual([1, 2, 3, 1, 2, 3, 4, 1, 2, 3].map((batchSize) => ({ batchSize })));
    });

    test('a checkpoint names its tensors as the joined parameters do', async () => {
      const system = createSystem(1);
      const storage = createMemoryStorage();
      const options = { steps: 2, rng: system.rng, checkpoints: createCheckpoints(storage) };
      for await (const _ of trainLoop(system.trainStep, system.batches, options)) {
      }
      const { tensors } = await readCheckpoint(storage);
      expect([...tensors.get('model')!.keys()]).toEqual([...system.parameters.keys()]);
      const trained = [...system.parameters.values()].map(({ variable }) => [...variable.dataSync()]);
      for (const { variable } of system.parameters.values()) variable.assign(tf.zerosLike(variable));
      loadWeights(system.parameters, tensors.get('model')!);
      loadWeights(system.parameters, tensors.get('model')!);
      expect([...system.parameters.values()].map(({ variable }) => [...variable.dataSync()])).toEqual(
        trained,
      );
      expect(system.trainStep.state.learningRates).toEqual({ 'coder.adam': 0.01, 'prior.adam': 0.01 });
      system.dispose();
    });

    test('a state that a later stage refuses leaves the earlier ones as they were', async () => {
      const system = createSystem(1);
      const { state } = system.trainStep;
      const tensors = new Map([...state.tensors()].map(([name, { tensor }]) => [name, tf.onesLike(tensor)]));
      tensors.set('model/prior.weight', tf.zeros([5]));
      const before = await takeSnapshot(state);
      expect(() => state.restore(tensors, state.values())).toThrow(
        expect.objectContaining({ code: 'E_CHECKPOINT_MISMATCH' }),
      );
      expect(await takeSnapshot(state)).toEqual(before);
      tf.dispose([...tensors.values()]);
      system.dispose();
    });

    test.each([
      ['no stage', {}, /at least one stage/],
      ['a name of two words', { 'a.b': 1 }, /one word/],
      ['a first stage without an end', { a: undefined, b: 1 }, /whole number of steps/],
      ['half a step', { a: 0.5 }, /whole number of steps/],
      ['a phase name twice', { a: 1, b: 1 }, /phase of this name/],
    ])('%s is refused', (_, steps, message) => {
      const { trainStep, dispose } = createStage('same');
      const stages = Object.entries(steps).map(
        ([name, count]) => [name, { trainStep, ...(count && { steps: count }) }] as const,
      );
      const join = () => joinTrainSteps(Object.fromEntries(stages));
      expect(join).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
      expect(join).toThrow(message);
      trainStep.dispose();
      dispose();
    });
  },
  { backends: ['cpu'] },
);
