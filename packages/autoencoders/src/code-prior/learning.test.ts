import { createAdam, createRandomStream, type RandomStream, tf, trainLoop } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { type CodePrior, createCodePrior } from './code-prior.ts';
import { defaultCodePriorConfig } from './config.ts';
import { codePriorLoss } from './loss.ts';
import { sampleCodePrior } from './sample.ts';
import { architectures } from './tiny-code-prior.test-support.ts';
import { createCodePriorTrainStep } from './train-step.ts';

const [side, codebookSize] = [3, 4];

/** A drawn code at the left of each row, and its copies; with a label, the first row's is the label. */
function drawStripes(rng: RandomStream, count: number): { codes: tf.Tensor3D; labels: tf.Tensor1D } {
  return tf.tidy(() => {
    const left = rng.integers<tf.Rank.R3>([count, side, 1], 0, codebookSize);
    return {
      codes: tf.tile(left, [1, 1, side]),
      labels: left.slice([0, 0, 0], [count, 1, 1]).reshape<tf.Tensor1D>([count]),
    };
  });
}

async function learnStripes(architecture: (typeof architectures)[number], isLabelled: boolean) {
  const rng = createRandomStream(1);
  const tiny = { height: side, width: side, codebookSize, hiddenChannels: 16, layers: 2, heads: 2 };
  const numClasses = isLabelled ? codebookSize : null;
  const config = { ...defaultCodePriorConfig, ...tiny, architecture, numClasses };
  const model = createCodePrior(config, rng.fork('init'));
  const trainStep = createCodePriorTrainStep(model, {
    optimizer: createAdam(model.parameters, { learningRate: 1e-2 }),
  });
  const batches = { batch: (step: number) => drawStripes(rng.fork('data').fork(step), 32) };
  for await (const _ of trainLoop(trainStep, batches, { steps: 120, rng }));
  trainStep.dispose();
  return model;
}

function heldOutNats(model: CodePrior, isLabelled: boolean): number {
  return tf.tidy(() => {
    const { codes, labels } = drawStripes(createRandomStream('held out'), 200);
    return codePriorLoss(model, codes, isLabelled ? labels : undefined).dataSync()[0]!;
  });
}

describeOnBackends(
  'learning stripes',
  () => {
    for (const architecture of architectures) {
      test(`${architecture}: reaches the entropy of three free codes, and its samples are stripes`, async () => {
        const model = await learnStripes(architecture, false);
        const entropy = side * Math.log(codebookSize); // 4.16 nats, of 12.5 under uniform codes
        expect(heldOutNats(model, false)).toBeGreaterThan(entropy - 0.01);
        expect(heldOutNats(model, false)).toBeLessThan(entropy + 0.15);
        for await (const grids of sampleCodePrior(model, { count: 16, rng: createRandomStream(2) })) {
          const rows = grids.reshape<tf.Tensor2D>([-1, side]).arraySync();
          grids.dispose();
          const isStripe = rows.filter((row) => row.every((code) => code === row[0]));
          expect(isStripe.length / rows.length).toBeGreaterThan(0.9);
          expect(new Set(rows.map(([first]) => first)).size).toBe(codebookSize);
        }
        model.dispose();
      });
    }

    test('a label that tells the first row saves its ln 4 nats, and is obeyed', async () => {
      const model = await learnStripes('transformer', true);
      expect(heldOutNats(model, true)).toBeLessThan(2 * Math.log(codebookSize) + 0.15);
      const options = { count: 8, rng: createRandomStream(2), labels: [0, 1, 2, 3], temperature: 0.5 };
      for await (const grids of sampleCodePrior(model, options)) {
        const firstRows = [...grids.slice([0, 0, 0], [8, 1, 1]).dataSync()];
        grids.dispose();
        expect(firstRows).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
      }
      model.dispose();
    });
  },
  { backends: ['wasm'] },
);
