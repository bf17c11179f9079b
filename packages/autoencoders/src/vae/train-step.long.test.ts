import { describeTrainStep } from '@tintype/core-tensor/testing';
import { createTinyVae } from './tiny-vae.test-support.ts';

// With TINTYPE_LONG set the tensor count is watched over 1 000 steps.
describeTrainStep('VAE', createTinyVae);
