import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the package exports these values and no others', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "bernoulliNegativeLogLikelihood",
      "countActiveUnits",
      "countCodes",
      "createVae",
      "createVaeTrainStep",
      "createVectorQuantizer",
      "createVqVae",
      "createVqVaeTrainStep",
      "defaultVaeConfig",
      "defaultVectorQuantizerConfig",
      "defaultVqVaeConfig",
      "gaussianNegativeLogLikelihood",
      "importanceLogWeights",
      "interpolateLatents",
      "iwaeBound",
      "iwaeLoss",
      "klFromStandardNormal",
      "klWeightAt",
      "klWithFreeBits",
      "latentGrid",
      "measureVaeBound",
      "perplexityOf",
      "perplexityOfCounts",
      "reparameterize",
      "sampleVae",
      "vaeLoss",
      "validateVaeConfig",
      "validateVqVaeConfig",
      "vqVaeLoss",
      "walkLatent",
    ]
  `);
});
