import { selectBackend, tf } from '@tintype/backend';
import { beforeAll, expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { expectNoLeaks } from '../testing/expect-no-leaks.ts';
import { trainLoop } from '../training/train-loop.ts';
import type { TrainStep } from '../training/train-step.ts';
import { tapShared } from './tap-shared.ts';

beforeAll(() => selectBackend({ backend: 'wasm' }));

const sharing: TrainStep = {
  phases: [
    {
      name: 'first',
      interval: 1,
      run: (_batch, { step, shared }) => {
        shared.set('latents', tf.scalar(step));
        return { loss: tf.scalar(1) };
      },
    },
  ],
  state: { tensors: () => new Map(), values: () => ({}), restore: () => {} },
  dispose: () => {},
};

test('the tap shows what the latest step shared, and frees it', async () => {
  const seen: (number | undefined)[] = [];
  await expectNoLeaks(async () => {
    const tap = tapShared(sharing, 'latents');
    const monitor = {
      name: 'reader',
      interval: 1,
      check: () => void seen.push(tap.latest()?.dataSync()[0]),
    };
    const options = { steps: 3, rng: createRandomStream(1), monitors: [monitor] };
    for await (const _ of trainLoop(tap.trainStep, { batch: () => ({}) }, options));
    tap.dispose();
  }, 1);
  expect(seen).toEqual([0, 1, 2, 0, 1, 2]);
  const other = tapShared(sharing, 'tape');
  for await (const _ of trainLoop(
    other.trainStep,
    { batch: () => ({}) },
    { steps: 1, rng: createRandomStream(1) },
  ));
  expect(other.latest()).toBeUndefined();
});
