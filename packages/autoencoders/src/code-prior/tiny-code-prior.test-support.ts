import { createAdam, createRandomStream, tf } from '@tintype/core-tensor';
import type { TrainableSystem } from '@tintype/core-tensor/testing';
import { type CodePrior, createCodePrior } from './code-prior.ts';
import { type CodePriorConfig, defaultCodePriorConfig } from './config.ts';
import { type CodePriorTrainOptions, createCodePriorTrainStep } from './train-step.ts';

export const architectures = ['pixel-cnn', 'transformer'] as const;

/** A prior of grids of 3 × 3 codes out of five, with a few hundred weights. */
export function createTinyPrior(config: Partial<CodePriorConfig> = {}): CodePrior {
  const tiny = { height: 3, width: 3, codebookSize: 5, hiddenChannels: 6, layers: 2, heads: 2 };
  return createCodePrior({ ...defaultCodePriorConfig, ...tiny, ...config }, createRandomStream(1));
}

/** With labels, and with codes made of images, for the contract suites. */
export function createTinySystem(
  architecture: CodePriorConfig['architecture'],
  options: CodePriorTrainOptions = {},
): TrainableSystem {
  const rng = createRandomStream(1);
  const model = createTinyPrior({ architecture, numClasses: 2 });
  const optimizer = createAdam(model.parameters, { learningRate: 1e-3 });
  const codesOf: CodePriorTrainOptions['codesOf'] = ({ images }) => images!.floor().toInt().squeeze([3]);
  const trainStep = createCodePriorTrainStep(model, { optimizer }, { codesOf, ...options });
  const data = rng.fork('data');
  return {
    trainStep,
    batches: {
      batch: (step) => ({
        images: data.fork(step).uniform([3, 3, 3, 1], 0, 5),
        labels: tf.tensor1d([0, 1, -1], 'int32'),
      }),
    },
    rng,
    dispose() {
      trainStep.dispose();
      model.dispose();
    },
  };
}
