import { createAdam, createRandomStream, selectParameters, type tf } from '@tintype/core-tensor';
import { createGan, createGanTrainStep, defaultGanConfig, nonSaturating } from '@tintype/gan';
import type { StepSystem } from './step-system.ts';

const { imageSize, channels, latentDim } = defaultGanConfig;
const adam = { learningRate: 2e-4, adamBeta1: 0.5 };

/** The package's DCGAN for 28×28 digits: a step of the discriminator, then one of the generator. */
export function createDcganSystem(): StepSystem {
  const model = createGan(defaultGanConfig, createRandomStream(0));
  const optimizer = (network: string) => createAdam(selectParameters(model.parameters, network), adam);
  return {
    model,
    trainStep: createGanTrainStep(model, {
      generator: optimizer('generator'),
      discriminator: optimizer('discriminator'),
    }),
    inputs: {
      images: { shape: [imageSize, imageSize, channels], distribution: 'uniform' },
      latents: { shape: [latentDim], distribution: 'normal' },
    },
    losses: ({ images, latents }) => {
      const generate = () => model.generator(latents as tf.Tensor2D, { isTraining: true });
      const judge = (x: tf.Tensor) => model.discriminator(x as tf.Tensor4D, { isTraining: true });
      return [
        {
          name: 'discriminator',
          trains: 'discriminator',
          loss: () => ({ total: nonSaturating.discriminatorLoss(judge(images!), judge(generate())) }),
        },
        {
          name: 'generator',
          trains: 'generator',
          loss: () => ({ total: nonSaturating.generatorLoss(judge(generate())) }),
        },
      ];
    },
  };
}
