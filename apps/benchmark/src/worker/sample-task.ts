import { createRandomStream, loadWeights, readWeights, tf } from '@tintype/core-tensor';
import { sampleDdim } from '@tintype/diffusion';
import { createSampledNet } from '../models/sampled-net.ts';
import type { SampleWorkload } from '../workloads/workload.ts';
import { perturb, trainableCount } from './model-weights.ts';
import type { GivenTensors, Task } from './task.ts';
import { makeTensor, readOut } from './tensors.ts';

/** Timestep at which the network alone is compared. */
const comparedTimestep = 100;

/** A batch of images from given noise, as a user samples it. Owns the model and the noise. */
export function createSampleTask(workload: SampleWorkload, given: GivenTensors | undefined): Task {
  const { batch, numInferenceSteps } = workload;
  const { model, schedule } = createSampledNet(workload.model);
  const { parameters, config } = model;
  const rng = createRandomStream(0);
  if (given) loadWeights(parameters, given.weights);
  else perturb(parameters, rng.fork('perturbation'));
  const shape = [config.imageSize, config.imageSize, config.channels] as const;
  const noise = (
    given ? makeTensor(given.inputs, 'noise') : rng.fork('noise').normal([batch, ...shape])
  ) as tf.Tensor4D;
  const sample = (clipDenoised: boolean) =>
    sampleDdim(model, schedule, {
      numInferenceSteps,
      shape,
      count: batch,
      rng,
      initialNoise: noise,
      clipDenoised,
    });
  const predict = () => model.predict(noise, tf.fill([batch], comparedTimestep) as tf.Tensor1D).prediction;

  return {
    parameters: trainableCount(parameters),
    weights: () => readWeights(parameters),
    inputs: () => readOut({ noise }),
    // Clipping hides what the network says, so that the sampler is compared without it too.
    check: async () => {
      const free = await sample(false);
      return {
        prediction: await rootMeanSquare(tf.tidy(predict)),
        'first sample': await rootMeanSquare(tf.slice(free, 0, 1)),
        samples: await rootMeanSquare(free),
        'clipped samples': await rootMeanSquare(await sample(true)),
      };
    },
    run: async () => {
      const images = await sample(true);
      await images.data();
      images.dispose();
    },
    dispose: async () => {
      noise.dispose();
      model.dispose();
    },
  };
}

/** Takes the tensor. */
async function rootMeanSquare(x: tf.Tensor): Promise<number> {
  const root = tf.tidy(() => tf.sqrt(tf.mean(tf.square(x))));
  const [value] = await root.data();
  tf.dispose([root, x]);
  return value!;
}
