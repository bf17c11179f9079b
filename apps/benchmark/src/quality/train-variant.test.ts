import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandomStream, type Monitor, selectBackend, tf, trainLoop } from '@tintype/core-tensor';
import { createPackageDataFiles } from '@tintype/datasets/node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tinyRecipe } from './tiny-suite.test-support.ts';
import { trainVariant } from './train-variant.ts';
import type { TrainedModel } from './trained-model.ts';
import type { TrainingPlace } from './training-place.ts';

let folder = '';
let root = '';
let count = 0;
const files = createPackageDataFiles();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-variant-test-'));
  await selectBackend({ backend: 'wasm', threads: 1 });
});
beforeEach(() => {
  root = join(folder, String(count++));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Heard {
  readonly trained: number[];
  readonly own: boolean[];
  readonly notes: string[];
}

function place(changes: Partial<TrainingPlace> = {}): TrainingPlace & { heard: Heard } {
  const heard: Heard = { trained: [], own: [], notes: [] };
  return {
    ...{ root, seed: 0, steps: 30, files, backend: 'wasm', code: 'a', isReusing: false },
    signal: new AbortController().signal,
    note: (text) => void heard.notes.push(text),
    onTrained(steps, isOwn) {
      heard.trained.push(steps);
      heard.own.push(isOwn);
    },
    onScore() {},
    heard,
    ...changes,
  };
}

const healthy = { variant: 'healthy' };
const train = (request = {}, at = place()) => trainVariant(tinyRecipe, { ...healthy, ...request }, at);

function weightsOf({ model }: Pick<TrainedModel, 'model'>): number[] {
  return [...model.parameters.values()].flatMap(({ variable }) => [...variable.dataSync()]);
}

test('a training is that of tintype train with the same seed, bit for bit', async () => {
  const trained = await train();
  const rng = createRandomStream(0);
  const created = tinyRecipe.create(tinyRecipe.config, rng.fork('model'));
  const { config, batchSize } = tinyRecipe;
  const batches = await tinyRecipe.data({ files, config, batchSize, rng: rng.fork('data') });
  for await (const _ of trainLoop(created.trainStep, batches, { steps: 30, rng })) {
    // Events are not looked at.
  }
  expect(weightsOf(trained)).toEqual(weightsOf(created));
  const record = JSON.parse(readFileSync(join(trained.folder, 'recipe.json'), 'utf8'));
  expect(record).toMatchObject({
    formatVersion: 1,
    recipe: 'tiny',
    seed: '0',
    steps: 30,
    config: { latentDim: 2 },
  });
  trained.dispose();
  created.trainStep.dispose();
  created.model.dispose();
});

test('a finished training is only loaded, with what it said', async () => {
  const first = await train({ changes: { learningRate: 1e-9 }, steps: 60 });
  const at = place();
  const second = await train({ changes: { learningRate: 1e-9 }, steps: 60 }, at);
  expect(at.heard.trained).toEqual([0]);
  expect(second.verdicts).toEqual(first.verdicts);
  expect(first.verdicts.map(({ verdict, step }) => [verdict, step])).toEqual([
    ['stalled', 40],
    ['stalled', 60],
  ]);
  expect(second.losses).toEqual(first.losses);
  expect(weightsOf(second)).toEqual(weightsOf(first));
});

test.each([
  ['settings', { changes: { learningRate: 0.01 } }, {}],
  ['steps', { steps: 3 }, {}],
  ['batch size', { batchSize: 5 }, {}],
  ['seed', { seed: 1 }, {}],
  ['code', {}, { code: 'b' }],
])('other %s are another training', async (_, request, changes) => {
  await train({}, place({ steps: 2 }));
  const at = place({ steps: 2, ...changes });
  const again = await train(request, at);
  expect(at.heard.notes.join('')).toMatch(/starts anew/);
  expect(at.heard.trained).toEqual([again.totalSteps]);
});

test('with --reuse a training of other code is taken, and said to be', async () => {
  await train();
  const at = place({ code: 'b', isReusing: true });
  await train({}, at);
  expect(at.heard).toMatchObject({ trained: [0], own: [false] });
  const other = place({ code: 'b', isReusing: true });
  await train({ batchSize: 5 }, other);
  expect(other.heard).toMatchObject({ trained: [30], own: [true] });
});

describe('a branch', () => {
  test('starts with weights and optimisers of the checkpoint, and is told apart from a fresh training', async () => {
    const origin = await train();
    const at = place();
    const same = await train({ variant: 'same', from: origin, steps: 15 }, at);
    const whole = await train({ variant: 'whole', steps: 45 });
    expect(at.heard.trained).toEqual([15]);
    expect(same.totalSteps).toBe(45);
    expect(weightsOf(same)).toEqual(weightsOf(whole));
    const spoiled = await train({
      variant: 'spoiled',
      from: origin,
      steps: 15,
      batches: (own: Parameters<NonNullable<Parameters<typeof trainVariant>[1]['batches']>>[0]) => ({
        batch: async (step: number) => {
          const batch = await own.batch(step);
          const images = tf.tidy(() => tf.zerosLike(batch.images!));
          tf.dispose(batch);
          return { images };
        },
      }),
    });
    expect(weightsOf(spoiled)).not.toEqual(weightsOf(same));
  });

  test('of a training that is not at its end, or not there, is refused', async () => {
    const origin = await train();
    await expect(train({ variant: 'b', from: { ...origin, totalSteps: 29 } })).rejects.toThrow(
      /not at its end/,
    );
    await expect(train({ variant: 'b', from: { folder: join(root, 'no'), totalSteps: 1 } })).rejects.toThrow(
      /nothing to branch from/,
    );
  });
});

test('a broken step takes the place of the recipe’s own', async () => {
  const frozen = await train({
    trainStep: ({ trainStep }: { trainStep: object }) => ({
      ...trainStep,
      phases: [{ name: 'vae', interval: 1, run: () => ({}) }],
    }),
  });
  const created = tinyRecipe.create(tinyRecipe.config, createRandomStream(0).fork('model'));
  expect(weightsOf(frozen)).toEqual(weightsOf(created));
});

test('monitors are the request’s where it has some, and are disposed of', async () => {
  let disposals = 0;
  const told: Monitor = {
    name: 'told',
    interval: 10,
    check: ({ step }) => ({ verdict: 'told', evidence: { step }, advice: '' }),
    dispose: () => void disposals++,
  };
  const { verdicts } = await train({ monitors: async () => [told] });
  expect(verdicts.map(({ verdict, step }) => [verdict, step])).toEqual([
    ['told', 10],
    ['told', 20],
    ['told', 30],
  ]);
  expect(disposals).toBe(1);
});

test('a killed training leaves a folder that the next one starts or goes on with', async () => {
  const controller = new AbortController();
  const stopping = {
    batches: (own: { batch(step: number): unknown }) => ({
      batch: (step: number) => {
        if (step === 12) controller.abort();
        return own.batch(step);
      },
    }),
  };
  await expect(train(stopping, place({ signal: controller.signal }))).rejects.toThrow(
    /aborted after 13 of 30/,
  );
  const at = place();
  const resumed = await train({}, at);
  expect(at.heard.trained).toEqual([17]);
  const whole = await train({ variant: 'whole' });
  expect(weightsOf(resumed)).toEqual(weightsOf(whole));
  expect(resumed.losses).toEqual(whole.losses);
  expect(readdirSync(resumed.folder)).toContain('latest.json');
});

test('a variant is the name of a folder in its suite', async () => {
  for (const variant of ['', '..', '../other', 'A', 'a.', 'run.lock']) {
    await expect(train({ variant })).rejects.toThrow(/is the name of a folder/);
  }
  expect((await train({ variant: 'beta-0.5' })).folder).toBe(join(root, 'beta-0.5'));
});
