import { TintypeError } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { createTinyTraining, stateBytes } from './tiny-training.test-support.ts';
import type { TrainEvent } from './train-event.ts';
import { trainLoop } from './train-loop.ts';
import type { TrainLoopOptions } from './train-loop-options.ts';

const rng = createRandomStream(1);

/** A sink whose saves fail as long as `fails` says so, with the number of the save from 1. */
function createSink(fails: (save: number) => boolean, code: 'E_DISK_FULL' | 'E_CHECKPOINT' = 'E_DISK_FULL') {
  const saved: number[] = [];
  let saves = 0;
  const save = async (step: number) => {
    saves += 1;
    if (fails(saves)) throw new TintypeError(code, { what: 'the disk is full' });
    saved.push(step);
    return `step-${step}`;
  };
  return { sink: { save }, saved, count: () => saves };
}

async function train(options: Partial<TrainLoopOptions>) {
  const tiny = createTinyTraining();
  const events: TrainEvent[] = [];
  let error: unknown;
  try {
    const settings = { steps: 6, rng, logEvery: 1, checkpointEvery: 2, saveRetryMs: 0, ...options };
    for await (const event of trainLoop(tiny.trainStep, tiny.batches, settings)) events.push(event);
  } catch (caught) {
    error = caught;
  }
  const state = stateBytes(tiny.trainStep.state);
  tiny.dispose();
  const verdicts = events.flatMap((event) => (event.type === 'verdict' ? [event] : []));
  const curve = events.flatMap((event) => (event.type === 'metrics' ? [event.values.total] : []));
  return { verdicts, curve, state, error };
}

describeOnBackends('a checkpoint that the disk refuses', () => {
  test('is announced, tried again at the next step, and the training is the one that would have been', async () => {
    const undisturbed = await train({});
    const { sink, saved } = createSink((save) => save === 1 || save === 2);
    const { verdicts, curve, state, error } = await train({ checkpoints: sink });
    expect(error).toBeUndefined();
    expect(verdicts.map(({ step, verdict, evidence }) => [step, verdict, evidence.failures])).toEqual([
      [2, 'checkpoint-failed', 1],
      [3, 'checkpoint-failed', 2],
    ]);
    expect(verdicts[0]!.advice).toMatch(/the disk is full.*tries again/);
    expect(saved).toEqual([4, 6]);
    expect(curve).toEqual(undisturbed.curve);
    expect(state).toEqual(undisturbed.state);
  });

  test('waits longer before each retry', async () => {
    const { sink, count } = createSink(() => true);
    const { verdicts, error } = await train({
      checkpoints: sink,
      checkpointEvery: 1,
      saveRetryMs: 3,
      steps: 5,
    });
    expect(verdicts.map(({ evidence }) => evidence.retryInMs)).toEqual([3, 6, 12, 24]);
    expect(error).toMatchObject({ code: 'E_DISK_FULL' });
    // Four steps once each, the last one four times.
    expect(count()).toBe(8);
  });

  test('the last one is waited for', async () => {
    const { sink, saved } = createSink((save) => save < 4);
    const { error } = await train({ checkpoints: sink, checkpointEvery: 100, saveRetryMs: 1 });
    expect(error).toBeUndefined();
    expect(saved).toEqual([6]);
  });

  test('ends the training at once where asked to, and on any other failure', async () => {
    const stopped = createSink(() => true);
    expect((await train({ checkpoints: stopped.sink, onSaveFailure: 'stop' })).error).toMatchObject({
      code: 'E_DISK_FULL',
    });
    const damaged = createSink(() => true, 'E_CHECKPOINT');
    expect((await train({ checkpoints: damaged.sink })).error).toMatchObject({ code: 'E_CHECKPOINT' });
    expect([stopped.count(), damaged.count()]).toEqual([1, 1]);
  });

  test('unknown policies are refused', async () => {
    expect((await train({ onSaveFailure: 'ignore' as never })).error).toMatchObject({ code: 'E_CONFIG' });
    expect((await train({ onDeviceLost: 'ignore' as never })).error).toMatchObject({ code: 'E_CONFIG' });
    expect((await train({ memoryLimitBytes: 0 })).error).toMatchObject({ code: 'E_CONFIG' });
  });
});
