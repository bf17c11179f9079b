import {
  createAdam,
  createRandomStream,
  type Model,
  type Optimizer,
  type RandomStream,
  type TrainStep,
  tf,
  trainLoop,
} from '@tintype/core-tensor';
import { loadRecording } from './reference.test-support.ts';

interface ImageCoder extends Model {
  reconstruct(images: tf.Tensor4D): tf.Tensor4D;
}

export interface ImportedTraining<M extends ImageCoder> {
  /** Folder of the recorded model. */
  readonly folder: string;
  load(rng: RandomStream): Promise<{ readonly model: M }>;
  createTrainStep(model: M, optimizer: Optimizer): TrainStep;
}

/** Mean squared error of the recorded image through a recorded model, before and after a training on it. */
export async function trainImported<M extends ImageCoder>(
  { folder, load, createTrainStep }: ImportedTraining<M>,
  steps: number,
  wrap: (optimizer: Optimizer) => Optimizer = (optimizer) => optimizer,
): Promise<{ before: number; after: number }> {
  const rng = createRandomStream(1);
  const { model } = await load(rng.fork('init'));
  const recording = await loadRecording(folder);
  const errorNow = () => {
    const x = recording.at('x');
    return tf.tidy(() => tf.squaredDifference(model.reconstruct(x), x).mean().dataSync()[0]!);
  };
  const before = errorNow();
  const optimizer = wrap(createAdam(model.parameters, { learningRate: 1e-2 }));
  const trainStep = createTrainStep(model, optimizer);
  const batches = { batch: () => ({ images: recording.at('x') }) };
  for await (const _ of trainLoop(trainStep, batches, { steps, rng }));
  const after = errorNow();
  trainStep.dispose();
  model.dispose();
  return { before, after };
}
