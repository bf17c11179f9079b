import { describeTrainStep } from '@tintype/core-tensor/testing';
import { createTinyVqVae } from './tiny-vq-vae.test-support.ts';

// With TINTYPE_LONG set the tensor count is watched over 1 000 steps.
describeTrainStep('VQ-VAE', () => createTinyVqVae());
