import { expect, test } from 'vitest';
import * as exported from './index.ts';

test('the package exports what it says', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'addNoise',
    'betaScheduleKinds',
    'betasOfAlphaBar',
    'createDdpmTrainStep',
    'createNoiseSchedule',
    'createUNet2d',
    'ddimPlan',
    'ddimSteps',
    'ddpmLoss',
    'ddpmPlan',
    'ddpmSteps',
    'inferenceTimesteps',
    'lookupTimesteps',
    'minSnrWeights',
    'noiseOf',
    'predictedParts',
    'predictedPartsAt',
    'predictionTarget',
    'readDiffusersScheduler',
    'readDiffusersUNet2d',
    'resolveUNet2dConfig',
    'runSampler',
    'sampleDdim',
    'sampleDdpm',
    'sampleInpainting',
    'sectionedTimesteps',
    'sigmoidAlphaBar',
    'signalToNoiseRatio',
    'stepDdim',
    'stepDdpm',
    'velocity',
  ]);
});
