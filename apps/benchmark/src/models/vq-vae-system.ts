import { createVqVae, createVqVaeTrainStep, defaultVqVaeConfig, vqVaeLoss } from '@tintype/autoencoders';
import { createAdam, createRandomStream, type tf } from '@tintype/core-tensor';
import type { StepSystem } from './step-system.ts';

const learningRate = 1e-3;
const { imageSize, channels } = defaultVqVaeConfig;

/** The package's VQ-VAE for 28×28 images: a step of its networks, then one of the codes' averages. */
export function createVqVaeSystem(): StepSystem {
  const model = createVqVae(defaultVqVaeConfig, createRandomStream(0));
  return {
    model,
    trainStep: createVqVaeTrainStep(model, { optimizer: createAdam(model.parameters, { learningRate }) }),
    inputs: { images: { shape: [imageSize, imageSize, channels], distribution: 'uniform' } },
    losses: ({ images }) => [
      {
        name: 'loss',
        trains: '',
        loss: () => ({ total: vqVaeLoss(model, images as tf.Tensor4D).losses.total }),
      },
    ],
  };
}
