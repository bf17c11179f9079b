import {
  bernoulliNegativeLogLikelihood,
  createVaeTrainStep,
  klFromStandardNormal,
  reparameterize,
} from '@tintype/autoencoders';
import { createAdam, createRandomStream, tf } from '@tintype/core-tensor';
import { createConvVae } from './conv-vae.ts';
import type { StepSystem } from './step-system.ts';

const learningRate = 1e-3;

export function createVaeSystem(): StepSystem {
  const model = createConvVae(createRandomStream(0));
  const { imageSize, channels, latentDim } = model.config;
  return {
    model,
    trainStep: createVaeTrainStep(model, { optimizer: createAdam(model.parameters, { learningRate }) }),
    inputs: {
      images: { shape: [imageSize, imageSize, channels], distribution: 'uniform' },
      noise: { shape: [latentDim], distribution: 'normal' },
    },
    losses: ({ images, noise }) => [
      {
        name: 'loss',
        trains: '',
        loss: () => {
          const posterior = model.encode(images as tf.Tensor4D);
          const logits = model.decodeLogits(reparameterize(posterior, noise as tf.Tensor2D));
          const pixels = tf.div(tf.add(images!, 1), 2);
          const reconstruction = bernoulliNegativeLogLikelihood(logits, pixels);
          return { total: reconstruction.add(klFromStandardNormal(posterior)) };
        },
      },
    ],
  };
}
