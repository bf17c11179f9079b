import {
  constantSchedule,
  createAdam,
  createEma,
  createRandomStream,
  type tf,
  withWarmUp,
} from '@tintype/core-tensor';
import { describeTrainStep } from '@tintype/core-tensor/testing';
import { createNoiseSchedule } from '../noise-schedule/index.ts';
import { createLossAwareTimestepSampler } from '../timestep-sampler/index.ts';
import { createUNet2d } from '../unet/unet-2d.ts';
import { createDdpmTrainStep } from './train-step.ts';

// Four timesteps with a history of one loss: after two steps of four images all are likely to be full.
const schedule = createNoiseSchedule({ kind: 'cosine', timesteps: 4 });

function createTinySystem() {
  const rng = createRandomStream(5);
  const size = { imageSize: 4, channels: 1, blockOutChannels: [2, 4], layersPerBlock: 1, normGroups: 2 };
  const unet = { ...size, midBlockAttention: false, varianceType: 'learned-range' as const };
  const model = createUNet2d(unet, rng.fork('init'));
  const ema = createEma(model.parameters, { emaDecay: 0.99 });
  const learningRate = withWarmUp(2, constantSchedule(1e-2));
  const denoiser = createAdam(model.parameters, { learningRate });
  const timestepSampler = createLossAwareTimestepSampler(schedule, { historyLength: 1 });
  const trainStep = createDdpmTrainStep(model, { denoiser }, { schedule, ema, timestepSampler });
  const batches = {
    batch: (step: number) => ({
      images: rng.fork('data').fork(step).uniform<tf.Rank.R4>([4, 4, 4, 1], -1, 1),
    }),
  };
  const dispose = () => {
    trainStep.dispose();
    timestepSampler.dispose();
    model.dispose();
  };
  return { trainStep, batches, rng, model, dispose };
}

describeTrainStep('ddpm with the hybrid loss and loss-aware timesteps', () => createTinySystem());
