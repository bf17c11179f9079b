import { closeBackend, deviceHealth, selectBackend, tf } from '@tintype/backend';
import { probeWebgpu } from '@tintype/backend/testing';
import { afterEach, expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { takeSnapshot } from './state-snapshot.ts';
import { createTinyTraining } from './tiny-training.test-support.ts';
import type { TrainEvent } from './train-event.ts';
import { trainLoop } from './train-loop.ts';
import type { TrainLoopOptions } from './train-loop-options.ts';
import type { TrainState } from './train-state.ts';
import type { TrainStep } from './train-step.ts';

const obstacle = await probeWebgpu();
if (obstacle !== undefined) console.warn(`skipped: WebGPU is not available: ${obstacle}`);
const onWebgpu = test.skipIf(obstacle !== undefined);
const steps = 8;

afterEach(closeBackend);

function destroyDevice(): void {
  (tf.backend() as unknown as { device: GPUDevice }).device.destroy();
}

interface Curve {
  readonly values: ReadonlyMap<number, number>;
  readonly verdicts: readonly TrainEvent[];
  readonly state: Awaited<ReturnType<typeof takeSnapshot>> | undefined;
  readonly error: unknown;
}

/** A training whose device is destroyed in the middle of the steps named, between two of its operations. */
async function train(
  lostInSteps: readonly number[],
  options: Partial<TrainLoopOptions> = {},
): Promise<Curve> {
  await selectBackend({ backend: 'webgpu', allowSoftwareAdapter: true, deterministic: true });
  const tiny = createTinyTraining();
  const pending = [...lostInSteps];
  const trainStep: TrainStep = {
    ...tiny.trainStep,
    phases: tiny.trainStep.phases.map((phase) => ({
      ...phase,
      run(batch, context) {
        if (context.step === pending[0]) {
          pending.shift();
          tf.matMul(batch.x!, tiny.weight as unknown as tf.Tensor2D);
          destroyDevice();
        }
        return phase.run(batch, context);
      },
    })),
  };
  const values = new Map<number, number>();
  const verdicts: TrainEvent[] = [];
  let error: unknown;
  try {
    const settings = { steps, rng: createRandomStream(1), logEvery: 1, ...options };
    for await (const event of trainLoop(trainStep, tiny.batches, settings)) {
      if (event.type === 'metrics') values.set(event.step, event.values.total!);
      if (event.type === 'verdict') verdicts.push(event);
    }
  } catch (caught) {
    error = caught;
  }
  const state = error === undefined ? await takeSnapshot(tiny.trainStep.state) : undefined;
  return { values, verdicts, state, error };
}

onWebgpu(
  'a device lost in a step stops the training with E_DEVICE_LOST; the step is not told of',
  async () => {
    const { values, error } = await train([4]);
    expect(error).toMatchObject({ code: 'E_DEVICE_LOST' });
    expect(error).toMatchObject({ message: expect.stringMatching(/no step taken on it counts/) });
    expect([...values.keys()]).toEqual([1, 2, 3, 4]);
  },
);

onWebgpu('steps that are not logged do not count either', async () => {
  const { values, error } = await train([4], { logEvery: steps });
  expect(error).toMatchObject({ code: 'E_DEVICE_LOST' });
  expect([...values.keys()]).toEqual([]);
});

onWebgpu(
  'it recovers from the last copy, and the curve and the state are those of an undisturbed training',
  async () => {
    const undisturbed = await train([]);
    expect(undisturbed.error).toBeUndefined();
    expect(undisturbed.values.size).toBe(steps);
    for (const autosaveMs of [0, 1_000_000]) {
      const disturbed = await train([3, 6], { onDeviceLost: 'recover', autosaveMs });
      expect(disturbed.error).toBeUndefined();
      expect(disturbed.values).toEqual(undisturbed.values);
      expect(disturbed.state).toEqual(undisturbed.state);
      const from = autosaveMs === 0 ? [3, 6] : [0, 0];
      expect(disturbed.verdicts.map((event) => [event.type, event.step])).toEqual(
        from.map((step) => ['verdict', step]),
      );
      expect(deviceHealth().isLost).toBe(false);
    }
  },
);

onWebgpu('an abort on a lost device ends in E_DEVICE_LOST and saves nothing', async () => {
  const controller = new AbortController();
  const saved: number[] = [];
  const save = async (step: number, state: TrainState) => {
    await takeSnapshot(state);
    saved.push(step);
    return `step-${step}`;
  };
  const { error } = await train([], {
    signal: controller.signal,
    checkpoints: { save },
    monitors: [
      {
        name: 'breaker',
        interval: 3,
        check: () => {
          controller.abort();
          destroyDevice();
          return undefined;
        },
      },
    ],
  });
  expect(error).toMatchObject({ code: 'E_DEVICE_LOST' });
  expect(saved).toEqual([]);
});

onWebgpu('it gives up after three recoveries', async () => {
  const { error, verdicts } = await train([1, 2, 3, 4], { onDeviceLost: 'recover', autosaveMs: 0 });
  expect(verdicts).toHaveLength(3);
  expect(error).toMatchObject({
    code: 'E_DEVICE_LOST',
    message: expect.stringMatching(/after 3 recoveries/),
  });
});

onWebgpu('work that goes on after a loss without the guard is garbage, or fails', async () => {
  await selectBackend({ backend: 'webgpu', allowSoftwareAdapter: true });
  const x = tf.ones([64, 64]);
  await x.data();
  destroyDevice();
  const outcome = await tf
    .matMul(x as tf.Tensor2D, x as tf.Tensor2D)
    .data()
    .then(
      ([value]) => value === 64,
      () => false,
    );
  expect(outcome).toBe(false);
});
