import { expect, test } from 'vitest';
import * as exported from './index.ts';

test('the package exports what it says', () => {
  expect(Object.keys(exported).sort()).toEqual([
    'areaUnderRoc',
    'classHistogram',
    'classificationAccuracy',
    'classify',
    'collectFeatures',
    'collectReadings',
    'computeStatistics',
    'countModes',
    'countStackedModes',
    'createFeatureModel',
    'createStatistics',
    'eightGaussiansModes',
    'encodeFeatureNetwork',
    'energyDistance',
    'energyDistanceFloor',
    'featureNetworkRecipes',
    'frechetDistance',
    'grid25Modes',
    'loadFeatureNetwork',
    'measureAccuracy',
    'nearestNeighborAccuracy',
    'pairwiseDistance',
    'perClassAccuracy',
    'resizeBatches',
    'takeRows',
    'trainFeatureNetwork',
    'withinClassDiversity',
  ]);
});
