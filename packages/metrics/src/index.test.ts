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
    'createFeatureModel',
    'createStatistics',
    'encodeFeatureNetwork',
    'featureNetworkRecipes',
    'frechetDistance',
    'loadFeatureNetwork',
    'measureAccuracy',
    'nearestNeighborAccuracy',
    'perClassAccuracy',
    'resizeBatches',
    'trainFeatureNetwork',
  ]);
});
