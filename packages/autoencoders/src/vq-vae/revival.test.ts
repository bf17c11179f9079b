import {
  createAdam,
  createCodebookCollapseMonitor,
  createRandomStream,
  type Monitor,
  tf,
  trainLoop,
} from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import type { VqVaeConfig } from './config.ts';
import { tinyVqVaeConfig } from './tiny-vq-vae.test-support.ts';
import { createVqVaeTrainStep } from './train-step.ts';
import { createVqVae, type VqVae } from './vq-vae.ts';

const codebookSize = 32;

/** Trains from codes that lie far from every latent; gives the share of codes in use at the end, and the verdicts. */
async function trainFromAfar(config: Partial<VqVaeConfig>): Promise<{ usage: number; verdicts: string[] }> {
  const rng = createRandomStream(4);
  const images = (step: number) => rng.fork('images').fork(step).uniform<tf.Rank.R4>([16, 8, 8, 1], -1, 1);
  const model = createVqVae(
    { ...tinyVqVaeConfig, codebookSize, downsamplings: 1, ...config },
    rng.fork('init'),
  );
  moveAway(model);
  const trainStep = createVqVaeTrainStep(model, {
    optimizer: createAdam(model.parameters, { learningRate: 1e-3 }),
  });
  const monitor: Monitor = createCodebookCollapseMonitor({
    codebookSize,
    codes: () => tf.tidy(() => model.encodeIndices(images(99))),
    interval: 5,
    patience: 2,
  });
  const verdicts: string[] = [];
  let usage = 0;
  const options = { steps: 20, rng, logEvery: 1, monitors: [monitor] };
  for await (const event of trainLoop(trainStep, { batch: (step) => ({ images: images(step) }) }, options)) {
    if (event.type === 'metrics') usage = event.values.usage!;
    if (event.type === 'verdict') verdicts.push(event.verdict);
  }
  trainStep.dispose();
  model.dispose();
  return { usage, verdicts };
}

function moveAway({ parameters }: VqVae): void {
  tf.tidy(() => {
    const codes = parameters.get('quantize.embedding.weight')!.variable;
    codes.assign(codes.add(50));
    parameters.get('quantize.embedding_average')?.variable.assign(codes);
  });
}

describeOnBackends(
  'a codebook that starts far away',
  () => {
    test.each(['ema', 'loss'] as const)('is in use again with revival (%s)', async (codebookUpdate) => {
      const { usage, verdicts } = await trainFromAfar({ codebookUpdate, reviveBelow: 1 });
      expect(usage).toBeGreaterThanOrEqual(0.7);
      expect(verdicts).toEqual([]);
    });

    test.each(['ema', 'loss'] as const)(
      'stays out of use without it, and the monitor says so (%s)',
      async (codebookUpdate) => {
        const { usage, verdicts } = await trainFromAfar({ codebookUpdate, reviveBelow: 0 });
        expect(usage).toBeLessThan(0.1);
        expect(verdicts).toContain('codebook-collapse');
      },
    );
  },
  { backends: ['wasm'] },
);
