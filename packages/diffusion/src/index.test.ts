import { expect, test } from 'vitest';
import * as exported from './index.ts';

test('the package exports what it says', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'addNoise',
    'betaScheduleKinds',
    'createDdpmTrainStep',
    'createNoiseSchedule',
    'createUNet2d',
    'ddimSteps',
    'ddpmLoss',
    'ddpmSteps',
    'inferenceTimesteps',
    'lookupTimesteps',
    'minSnrWeights',
    'noiseOf',
    'predictedParts',
    'readDiffusersScheduler',
    'readDiffusersUNet2d',
    'resolveUNet2dConfig',
    'runSampler',
    'sampleDdim',
    'sampleDdpm',
    'sampleInpainting',
    'signalToNoiseRatio',
    'stepDdim',
    'stepDdpm',
    'velocity',
  ]);
});
