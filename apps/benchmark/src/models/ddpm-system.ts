import { createAdam, createRandomStream, type tf } from '@tintype/core-tensor';
import { createDdpmTrainStep, createNoiseSchedule, createUNet2d, ddpmLoss } from '@tintype/diffusion';
import type { StepSystem } from './step-system.ts';

/** The U-Net of the design notes: 1,623,169 parameters, attention at 8×8 alone. */
export const ddpmNetwork = {
  imageSize: 32,
  channels: 1,
  blockOutChannels: [32, 64, 64],
  downBlocks: ['plain', 'plain', 'attention'],
  attentionHeadDim: null,
  normGroups: 8,
} as const;
export const ddpmSchedule = { kind: 'linear', timesteps: 1000 } as const;
const learningRate = 2e-4;

export function createDdpmSystem(): StepSystem {
  const model = createUNet2d(ddpmNetwork, createRandomStream(0));
  const noiseSchedule = createNoiseSchedule(ddpmSchedule);
  const image = [ddpmNetwork.imageSize, ddpmNetwork.imageSize, ddpmNetwork.channels];
  return {
    model,
    trainStep: createDdpmTrainStep(
      model,
      { denoiser: createAdam(model.parameters, { learningRate }) },
      { schedule: noiseSchedule, gradientClip: null },
    ),
    inputs: {
      images: { shape: image, distribution: 'uniform' },
      noise: { shape: image, distribution: 'normal' },
      timesteps: { shape: [], distribution: 'timesteps' },
    },
    losses: ({ images, noise, timesteps: t }) => [
      {
        name: 'loss',
        trains: '',
        loss: () =>
          ddpmLoss(model, noiseSchedule, {
            xStart: images as tf.Tensor4D,
            noise: noise as tf.Tensor4D,
            t: t!.toInt() as tf.Tensor1D,
          }),
      },
    ],
  };
}
