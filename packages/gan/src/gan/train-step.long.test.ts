import { describeTrainStep } from '@tintype/core-tensor/testing';
import { hinge } from '../objectives/hinge.ts';
import { createTinyGan, tinyGanConfig, tinyGanWithR1Config } from './tiny-gan.test-support.ts';

// With TINTYPE_LONG set the tensor count is watched over 1 000 steps.
describeTrainStep('GAN', () => createTinyGan(tinyGanConfig));
describeTrainStep('GAN with R1', () => createTinyGan(tinyGanWithR1Config, { objective: hinge }));
